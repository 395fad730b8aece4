#pragma once

namespace palimpsest {

// Amplitudes of write pulses that a file may give, V.
inline constexpr double smallest_pulse_volt = 0.01;
inline constexpr double largest_pulse_volt = 10.0;

}  // namespace palimpsest
