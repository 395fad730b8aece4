#pragma once

#include <optional>

namespace palimpsest {

/// The amplifiers of a tile, one per sensed line; `Sensing` says what they do. The reference line is subtracted at the
/// input.
struct TiaConfig {
  double gain_ohm = 5e3;                          ///< transimpedance: output volt per input ampere
  double saturation_volt = 0.9;                   ///< largest magnitude of the output
  std::optional<double> noise_volt = 0.0;         ///< standard deviation of one output; empty: by physics
  double input_noise_nanovolt_per_root_hz = 5.0;  ///< by physics: the amplifier's own, at its input
  std::optional<double> bandwidth_hz;             ///< -3 dB; empty: settles at once
};

}  // namespace palimpsest
