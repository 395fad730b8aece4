#pragma once

#include "models/modules/pipeline_stage.hpp"
#include "models/modules/unit_services.hpp"
#include "models/physics/tia.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// The amplifiers settle on the integrated charge of the sensed lines and of the reference lines, and hold it.
class TiaBank : public FixedTimeStage<TileJob> {
 public:
  TiaBank(const sc_core::sc_module_name& name, const TiaConfig& config, const Clock& clock,
          const UnitServices& services);

 private:
  std::uint64_t serve(const TileJob& job) override;

  std::uint64_t settling_cycles_;
  ActionCounts& counts_;
};

}  // namespace palimpsest
