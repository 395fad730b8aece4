#pragma once

#include "models/modules/pipeline_stage.hpp"
#include "models/modules/unit_services.hpp"
#include "models/physics/dac.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// Loads one pass's codes of the driven lines, opens their access transistors and lets the outputs settle.
class DacBank : public FixedTimeStage<TileJob> {
 public:
  DacBank(const sc_core::sc_module_name& name, const DacConfig& config, InputEncoding inputs, const Clock& clock,
          const UnitServices& services);

 private:
  std::uint64_t serve(const TileJob& job) override;

  DacConfig config_;
  InputEncoding inputs_;
  Clock clock_;
  ActionCounts& counts_;
};

}  // namespace palimpsest
