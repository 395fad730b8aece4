#include "models/physics/tia.hpp"

#include <cmath>

#include "models/physics/units.hpp"

namespace palimpsest {

double settled_share(const TiaConfig& config) {
  if (!config.bandwidth_hz) return 1.0;
  return -std::expm1(-2.0 * M_PI * *config.bandwidth_hz * config.settling_ns * nano);
}

Eigen::MatrixXf tia_volts(const TiaConfig& config, const Eigen::MatrixXf& microamperes) {
  return static_cast<float>(config.gain_ohm * micro * settled_share(config)) * microamperes;
}

void saturate(const TiaConfig& config, Eigen::Ref<Eigen::MatrixXf> volts, std::uint64_t& saturated) {
  const auto limit = static_cast<float>(config.saturation_volt);
  saturated += static_cast<std::uint64_t>((volts.array().abs() > limit).count());
  volts = volts.cwiseMax(-limit).cwiseMin(limit);
}

}  // namespace palimpsest
