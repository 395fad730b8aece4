#pragma once

#include <Eigen/Core>

#include "models/physics/cell.hpp"

namespace palimpsest {

/// How a weight becomes the conductance of one device: G = zero + scale * w, clamped to the window. One scale per
/// layer, so that the largest magnitude reaches the nearer edge of the window (the mapping of arXiv 2601.10037).
struct WeightMap {
  double zero_microsiemens = 45.0;
  double microsiemens_per_weight = 0.0;

  /// The map for weights of which `largest` (> 0) is the largest magnitude.
  static WeightMap for_largest(const CellConfig& cell, double zero_microsiemens, double largest);

  /// Target conductances, microsiemens, same shape as `weights`; inside the window.
  Eigen::MatrixXf conductances(const CellConfig& cell, const Eigen::MatrixXf& weights) const;
  /// The weights that `conductances` (microsiemens) stand for; same shape.
  Eigen::MatrixXf weights(const Eigen::MatrixXf& conductances) const;
};

}  // namespace palimpsest
