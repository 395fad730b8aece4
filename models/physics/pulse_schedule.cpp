#include "models/physics/pulse_schedule.hpp"

#include <algorithm>

namespace palimpsest {

PulseVoltages PulseAmplitudes::next(bool set) {
  if (config_.schedule == PulseSchedule::gate_stepped) return next_gate_stepped(set);
  const double start = set ? config_.set_volt : config_.reset_volt;
  if (config_.schedule == PulseSchedule::fixed) return {start, {}};
  if (set != last_was_set_) pulses_in_row_ = 0;
  last_was_set_ = set;
  return {std::min(start + pulses_in_row_++ * config_.volt_step, config_.largest_volt), {}};
}

PulseVoltages PulseAmplitudes::next_gate_stepped(bool set) {
  if (!set) {
    gate_steps_ -= std::min(gate_steps_, config_.restart_steps);
    return {config_.reset_volt, {}};
  }
  const double gate_volt = config_.gate_start_volt + gate_steps_ * config_.gate_step_volt;
  if (gate_volt >= config_.gate_largest_volt) return {config_.set_volt, config_.gate_largest_volt};
  ++gate_steps_;
  return {config_.set_volt, gate_volt};
}

}  // namespace palimpsest
