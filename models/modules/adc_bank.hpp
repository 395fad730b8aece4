#pragma once

#include "models/modules/pipeline_stage.hpp"
#include "models/modules/unit_services.hpp"
#include "models/physics/adc.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// Converts the held samples, as many at a time as there are converters, and sums them over passes and slices as they
/// come. A vector goes on with its last pass.
class AdcBank : public FixedTimeStage<TileJob> {
 public:
  AdcBank(const sc_core::sc_module_name& name, const AdcConfig& config, const Clock& clock,
          const UnitServices& services);

  /// The cycle at which the vector here was taken.
  std::uint64_t taken_at() const { return taken_at_; }

 private:
  std::uint64_t serve(const TileJob& job) override;
  bool ends_here(const VectorToken<TileJob>& vector) const override;

  AdcConfig config_;
  Clock clock_;
  CycleTime time_;
  ActionCounts& counts_;
  std::uint64_t taken_at_ = 0;
};

}  // namespace palimpsest
