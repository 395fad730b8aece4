#include "models/physics/tia.hpp"

namespace palimpsest {

void saturate(const TiaConfig& config, Eigen::Ref<Eigen::MatrixXf> volts, std::uint64_t& saturated) {
  const auto limit = static_cast<float>(config.saturation_volt);
  saturated += static_cast<std::uint64_t>((volts.array().abs() > limit).count());
  volts = volts.cwiseMax(-limit).cwiseMin(limit);
}

}  // namespace palimpsest
