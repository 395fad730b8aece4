#include "models/physics/pulse_schedule.hpp"

#include <cmath>

namespace palimpsest {

PulseVoltages voltages_of(const PulseConfig& config, bool set, std::uint32_t steps) {
  const double start = set ? config.set_volt : config.reset_volt;
  switch (config.schedule) {
    case PulseSchedule::fixed:
      return {start, {}};
    case PulseSchedule::stepped:
      return {std::min(start + steps * config.volt_step, config.largest_volt), {}};
    case PulseSchedule::gate_stepped:
      break;
  }
  if (!set) return {start, {}};
  return {start, std::min(config.gate_start_volt + steps * config.gate_step_volt, config.gate_largest_volt)};
}

std::uint32_t most_gate_steps(const PulseConfig& config) {
  const double steps = std::ceil((config.gate_largest_volt - config.gate_start_volt) / config.gate_step_volt);
  // A cell takes fewer pulses than that.
  constexpr double more_than_pulses = 1e6;
  return static_cast<std::uint32_t>(std::clamp(steps, 0.0, more_than_pulses));
}

}  // namespace palimpsest
