#include "models/modules/dac_bank.hpp"

#include <algorithm>

namespace palimpsest {

DacBank::DacBank(const sc_core::sc_module_name& name, const TileConfig& config, const Clock& clock,
                 const UnitServices& services)
    : PipelineStage(name),
      config_(config.dac),
      encoding_(config.mapping.inputs),
      rows_(config.crossbar.rows),
      clock_(clock),
      time_(services.time),
      counts_(services.counts) {}

void DacBank::begin_service(const VectorToken<TileJob>& vector) {
  const TileJob& job = *vector.command->job;
  const LineInputs inputs = job.spikes ? LineInputs::spikes : LineInputs::codes;
  (job.spikes ? counts_.spike_updates : counts_.dac_updates) += job.driven_lines;
  counts_.word_line_switches += job.driven_lines;
  std::uint64_t bits = load_bits(config_, encoding_, inputs, job.most_driven_lines);
  if (job.driven != nullptr) {
    const std::uint32_t driven =
        job.driven->at(vector.command->sample, std::uint64_t{job.first_vector} + vector.index, vector.pass);
    bits = std::min(bits, addressed_load_bits(config_, encoding_, inputs, driven, rows_));
  }
  service_end_.notify(time_.span(dac_cycles(config_, bits, clock_)));
}

}  // namespace palimpsest
