#pragma once

#include "models/modules/pipeline_stage.hpp"
#include "models/modules/unit_services.hpp"
#include "models/physics/adc.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// Converts the held samples, as many at a time as there are converters, and sums them over passes and slices as they
/// come.
class AdcBank : public FixedTimeStage<TileJob> {
 public:
  AdcBank(const sc_core::sc_module_name& name, const AdcConfig& config, const Clock& clock,
          const UnitServices& services);

 private:
  std::uint64_t serve(const TileJob& job) override;

  AdcConfig config_;
  Clock clock_;
  ActionCounts& counts_;
};

}  // namespace palimpsest
