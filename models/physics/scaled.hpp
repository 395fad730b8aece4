#pragma once

#include <Eigen/Core>

namespace palimpsest {

/// `values` (any shape) times `factor`, which single precision need not hold: the scale of values around 1e-42 is one
/// over that. What the products overflow becomes infinite, what they underflow loses digits as single precision does.
Eigen::MatrixXf scaled(const Eigen::MatrixXf& values, double factor);

/// Whether single precision holds a factor with all its digits.
bool fits_float(double factor);

}  // namespace palimpsest
