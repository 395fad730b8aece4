#include "models/physics/scaled.hpp"

#include <cmath>
#include <limits>

namespace palimpsest {

bool fits_float(double factor) {
  return std::abs(factor) >= std::numeric_limits<float>::min() && std::abs(factor) <= std::numeric_limits<float>::max();
}

Eigen::MatrixXf scaled(const Eigen::MatrixXf& values, double factor) {
  if (fits_float(factor)) return values * static_cast<float>(factor);
  return (values.cast<double>() * factor).cast<float>();
}

}  // namespace palimpsest
