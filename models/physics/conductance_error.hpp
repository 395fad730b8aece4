#pragma once

#include <Eigen/Core>

#include "models/physics/cell.hpp"
#include "models/physics/random.hpp"

namespace palimpsest {

/// `conductances` (microsiemens) with an error N(0, sigma) on each, clamped to the window: programmed cells in the
/// noise study of arXiv 2601.10037. Same shape. One normal number per device whatever sigma is, so streams with the
/// same key give errors that differ by the factor sigma alone.
Eigen::MatrixXf with_conductance_error(const CellConfig& cell, const Eigen::MatrixXf& conductances,
                                       double sigma_microsiemens, RandomStream& stream);

}  // namespace palimpsest
