#include "models/modules/adc_bank.hpp"

namespace palimpsest {

AdcBank::AdcBank(const sc_core::sc_module_name& name, const AdcConfig& config, const Clock& clock,
                 const UnitServices& services)
    : FixedTimeStage(name, services.time),
      config_(config),
      clock_(clock),
      time_(services.time),
      counts_(services.counts) {}

std::uint64_t AdcBank::serve(const TileJob& job) {
  taken_at_ = time_.now();
  counts_.adc_conversions += job.sensed_lines;
  counts_.shift_adds += job.shift_adds;
  return adc_cycles(config_, job.most_sensed_lines, clock_);
}

bool AdcBank::ends_here(const VectorToken<TileJob>& vector) const {
  return vector.pass + 1 < vector.command->job->passes;
}

}  // namespace palimpsest
