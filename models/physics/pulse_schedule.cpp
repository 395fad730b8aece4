#include "models/physics/pulse_schedule.hpp"

#include <algorithm>

namespace palimpsest {

double PulseAmplitudes::next(bool set) {
  const double start = set ? config_.set_volt : config_.reset_volt;
  if (config_.schedule == PulseSchedule::fixed) return start;
  if (set != last_was_set_) pulses_in_row_ = 0;
  last_was_set_ = set;
  return std::min(start + pulses_in_row_++ * config_.volt_step, config_.largest_volt);
}

}  // namespace palimpsest
