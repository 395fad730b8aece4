#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>

#include "models/physics/clock.hpp"
#include "models/physics/random.hpp"

namespace palimpsest {

/// The transimpedance amplifiers of a tile, one per sensed line. Each settles on the charge that the crossbar
/// integrated, then holds it for the converter. The reference line is subtracted at its input.
struct TiaConfig {
  double settling_ns = 0.0;
  double gain_ohm = 5e3;               ///< output volt per input ampere
  double saturation_volt = 0.9;        ///< largest magnitude of the output
  double noise_volt = 0.0;             ///< standard deviation of one output
  std::optional<double> bandwidth_hz;  ///< -3 dB; empty: settles completely
};

inline std::uint64_t tia_cycles(const TiaConfig& config, const Clock& clock) {
  return clock.cycles_for_ns(config.settling_ns);
}

/// Share of its final value that the output reaches from rest in the settling time: 1 - exp(-2 pi bandwidth t), the
/// step response of a single pole.
double settled_share(const TiaConfig& config);

/// Output volt of `microamperes` (any shape), neither noisy nor cut.
Eigen::MatrixXf tia_volts(const TiaConfig& config, const Eigen::MatrixXf& microamperes);

/// Cuts the outputs at +-saturation_volt; adds the number of those beyond it to `saturated`.
void saturate(const TiaConfig& config, Eigen::Ref<Eigen::MatrixXf> volts, std::uint64_t& saturated);

}  // namespace palimpsest
