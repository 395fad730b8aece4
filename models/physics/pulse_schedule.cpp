#include "models/physics/pulse_schedule.hpp"

#include <cmath>

namespace palimpsest {

PulseVoltages first_voltages(const PulseConfig& config, bool set) {
  if (config.schedule == PulseSchedule::gate_stepped && set)
    return {config.set_volt, std::min(config.gate_start_volt, config.gate_largest_volt)};
  return {set ? config.set_volt : config.reset_volt, {}};
}

std::uint32_t most_gate_steps(const PulseConfig& config) {
  const double steps = std::ceil((config.gate_largest_volt - config.gate_start_volt) / config.gate_step_volt);
  // A cell takes fewer pulses than that.
  constexpr double more_than_pulses = 1e6;
  return static_cast<std::uint32_t>(std::clamp(steps, 0.0, more_than_pulses));
}

}  // namespace palimpsest
