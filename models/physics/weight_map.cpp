#include "models/physics/weight_map.hpp"

#include <algorithm>

namespace palimpsest {

WeightMap WeightMap::for_largest(const CellConfig& cell, double zero_microsiemens, double largest) {
  const double reach =
      std::min(cell.window_high_microsiemens - zero_microsiemens, zero_microsiemens - cell.window_low_microsiemens);
  return {zero_microsiemens, reach / largest};
}

Eigen::MatrixXf WeightMap::conductances(const CellConfig& cell, const Eigen::MatrixXf& weights) const {
  const auto zero = static_cast<float>(zero_microsiemens);
  const auto scale = static_cast<float>(microsiemens_per_weight);
  return (zero + scale * weights.array())
      .max(static_cast<float>(cell.window_low_microsiemens))
      .min(static_cast<float>(cell.window_high_microsiemens));
}

Eigen::MatrixXf WeightMap::weights(const Eigen::MatrixXf& conductances) const {
  return (conductances.array() - static_cast<float>(zero_microsiemens)) / static_cast<float>(microsiemens_per_weight);
}

}  // namespace palimpsest
