#pragma once

#include "models/modules/pipeline_stage.hpp"
#include "models/modules/unit_services.hpp"
#include "models/physics/adc.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// Converts the held samples, as many at a time as there are converters, and sums them over passes and slices as they
/// come. With a vector's last pass the lanes behind the converters do their part, and the adapters' result is waited
/// for.
class AdcBank : public PipelineStage<TileJob> {
 public:
  AdcBank(const sc_core::sc_module_name& name, const AdcConfig& config, const Clock& clock,
          const UnitServices& services);

  /// The LoRA unit has computed the oldest vector that waits for it, or will.
  void take_adapters_result();

 private:
  SC_HAS_PROCESS(AdcBank);
  void begin_service(const VectorToken<TileJob>& vector) override;
  void conversions_end();
  void end_when_ready();

  AdcConfig config_;
  Clock clock_;
  CycleTime time_;
  ActionCounts& counts_;
  sc_core::sc_event converted_{"converted"};
  const TileJob* last_pass_of_ = nullptr;  ///< null: of an earlier pass
  bool has_converted_ = false;
  std::uint32_t results_ = 0;  ///< of adapters that no vector has taken yet
};

}  // namespace palimpsest
