#include "models/modules/adc_bank.hpp"

#include <algorithm>

namespace palimpsest {

AdcBank::AdcBank(const sc_core::sc_module_name& name, const AdcConfig& config, const Clock& clock,
                 const UnitServices& services)
    : PipelineStage(name), config_(config), clock_(clock), time_(services.time), counts_(services.counts) {
  SC_METHOD(conversions_end);
  sensitive << converted_;
  dont_initialize();
}

void AdcBank::begin_service(const VectorToken<TileJob>& vector) {
  const TileJob& job = *vector.command->job;
  counts_.adc_conversions += job.sensed_lines;
  counts_.shift_adds += job.shift_adds;
  std::uint64_t cycles = adc_cycles(config_, job.most_sensed_lines, clock_);
  last_pass_of_ = vector.pass + 1 == job.passes ? &job : nullptr;
  if (last_pass_of_ != nullptr) {
    counts_.vector_adds += job.lane_operations.adds;
    counts_.vector_macs += job.lane_operations.macs;
    counts_.vector_lookups += job.lane_operations.lookups;
    counts_.vector_moves += job.lane_operations.moves;
    counts_.group_wire_bits += job.group_wire_bits;
    cycles = std::max(cycles, job.lane_cycles);
  }
  converted_.notify(time_.span(cycles));
}

void AdcBank::take_adapters_result() {
  ++results_;
  end_when_ready();
}

void AdcBank::conversions_end() {
  has_converted_ = true;
  end_when_ready();
}

void AdcBank::end_when_ready() {
  if (!has_converted_) return;
  std::uint64_t latency = 0;
  if (last_pass_of_ != nullptr) {
    if (last_pass_of_->adapters) {
      if (results_ == 0) return;
      --results_;
    }
    latency = last_pass_of_->lane_latency;
  }
  has_converted_ = false;
  service_end_.notify(time_.span(latency));
}

}  // namespace palimpsest
