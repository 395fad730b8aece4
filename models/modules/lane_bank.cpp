#include "models/modules/lane_bank.hpp"

#include <algorithm>

namespace palimpsest {

LaneBank::LaneBank(const sc_core::sc_module_name& name, const AdcBank& adc, const AdcConfig& config, const Clock& clock,
                   const UnitServices& services)
    : PipelineStage(name), adc_(adc), config_(config), clock_(clock), time_(services.time), counts_(services.counts) {}

void LaneBank::begin_service(const VectorToken<TileJob>& vector) {
  job_ = vector.command->job;
  conversions_begin_ = adc_.taken_at();
  counts_.vector_adds += job_->lane_operations.adds;
  counts_.vector_macs += job_->lane_operations.macs;
  counts_.vector_lookups += job_->lane_operations.lookups;
  counts_.vector_moves += job_->lane_operations.moves;
  counts_.group_wire_bits += job_->group_wire_bits;
  counts_.zero_checks += job_->zero_checks;
  end_when_known();
}

void LaneBank::take_adapters_result() {
  results_at_.push(time_.now());
  end_when_known();
}

/// Elements come lot after lot of the converters and, where there are adapters, result after result of the LoRA unit;
/// both are even enough for only the first and the last of them to matter.
void LaneBank::end_when_known() {
  if (job_ == nullptr || (job_->adapters && results_at_.empty())) return;
  const std::uint64_t lots = std::max<std::uint64_t>(ceil_div(job_->most_sensed_lines, config_.count), 1);
  const std::uint64_t conversions = adc_cycles(config_, job_->most_sensed_lines, clock_);
  std::uint64_t first_elements = std::max(conversions_begin_ + conversions / lots, free_from_);
  std::uint64_t last_elements = conversions_begin_ + conversions;
  if (job_->adapters) {
    const std::uint64_t result = results_at_.front();
    results_at_.pop();
    first_elements = std::max(first_elements, result - job_->adapters->result_cycles);
    last_elements = std::max(last_elements, result);
  }
  const std::uint64_t end = job_->lane_latency + std::max(first_elements + job_->lane_cycles,
                                                          last_elements + ceil_div(job_->lane_cycles, lots));
  job_ = nullptr;
  const std::uint64_t now = time_.now();
  service_end_.notify(time_.span(std::max(end, now) - now));
}

/// What follows may enter the pipeline behind the last elements, and stands still with them while they cannot leave.
void LaneBank::handing_on(const VectorToken<TileJob>& vector) {
  free_from_ = time_.now() - vector.command->job->lane_latency;
}

}  // namespace palimpsest
