#pragma once

#include <cstdint>
#include <queue>

#include "models/modules/adc_bank.hpp"
#include "models/modules/pipeline_stage.hpp"
#include "models/modules/unit_services.hpp"
#include "models/physics/adc.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// The lanes behind the converters: what is added to a product and computed of it, element by element. The stage takes
/// a vector that is converted, but its lanes work on it from its first conversions on; where adapters have a product to
/// add, an element waits for that too.
class LaneBank : public PipelineStage<TileJob> {
 public:
  /// `adc` is the stage in front.
  LaneBank(const sc_core::sc_module_name& name, const AdcBank& adc, const AdcConfig& config, const Clock& clock,
           const UnitServices& services);

  /// The LoRA unit has computed the oldest vector that waits for it, or will.
  void take_adapters_result();

 private:
  void begin_service(const VectorToken<TileJob>& vector) override;
  void handing_on(const VectorToken<TileJob>& vector) override;
  void end_when_known();

  const AdcBank& adc_;
  AdcConfig config_;
  Clock clock_;
  CycleTime time_;
  ActionCounts& counts_;
  const TileJob* job_ = nullptr;          ///< of the vector here; null: there is none, or its end is known
  std::uint64_t conversions_begin_ = 0;   ///< of the vector here, those of its last pass
  std::uint64_t free_from_ = 0;           ///< the lanes, for the next vector
  std::queue<std::uint64_t> results_at_;  ///< cycles of adapters' results that no vector has taken yet
};

}  // namespace palimpsest
