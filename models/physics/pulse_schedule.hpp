#pragma once

#include <cstdint>

namespace palimpsest {

/// How the amplitude of a write pulse follows from the pulses before it.
enum class PulseSchedule {
  fixed,    ///< every pulse of a direction has the same amplitude
  stepped,  ///< it rises with each further pulse in the same direction (incremental step pulse programming)
};

struct PulseConfig {
  PulseSchedule schedule = PulseSchedule::fixed;
  double set_volt = 1.5;      ///< amplitude of a SET pulse, with `stepped` of the first of a row
  double reset_volt = 1.5;    ///< the same of a RESET pulse
  double volt_step = 0.05;    ///< rise with each further pulse in the same direction
  double largest_volt = 2.0;  ///< where the rise ends; at least both amplitudes
};

/// Amplitudes of the pulses of one write of one cell, in order.
class PulseAmplitudes {
 public:
  explicit PulseAmplitudes(const PulseConfig& config) : config_(config) {}

  /// Amplitude of the next pulse, a SET or a RESET one, in volt and positive for both:
  /// min(start + k volt_step, largest_volt) after k pulses in the same direction, the start again when it changes.
  double next(bool set);

 private:
  PulseConfig config_;
  bool last_was_set_ = false;
  std::uint32_t pulses_in_row_ = 0;
};

}  // namespace palimpsest
