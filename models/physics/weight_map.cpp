#include "models/physics/weight_map.hpp"

#include <algorithm>

#include "models/physics/scaled.hpp"

namespace palimpsest {

WeightMap WeightMap::for_largest(const CellConfig& cell, double zero_microsiemens, double largest) {
  const double reach =
      std::min(cell.window_high_microsiemens - zero_microsiemens, zero_microsiemens - cell.window_low_microsiemens);
  return {zero_microsiemens, reach / largest};
}

Eigen::MatrixXf WeightMap::conductances(const CellConfig& cell, const Eigen::MatrixXf& weights) const {
  const auto zero = static_cast<float>(zero_microsiemens);
  return (zero + scaled(weights, microsiemens_per_weight).array())
      .max(static_cast<float>(cell.window_low_microsiemens))
      .min(static_cast<float>(cell.window_high_microsiemens));
}

Eigen::MatrixXf WeightMap::weights(const Eigen::MatrixXf& conductances) const {
  return scaled(conductances.array() - static_cast<float>(zero_microsiemens), 1.0 / microsiemens_per_weight);
}

}  // namespace palimpsest
