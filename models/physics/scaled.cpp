#include "models/physics/scaled.hpp"

#include <cmath>
#include <limits>

namespace palimpsest {

Eigen::MatrixXf scaled(const Eigen::MatrixXf& values, double factor) {
  const bool fits =
      std::abs(factor) >= std::numeric_limits<float>::min() && std::abs(factor) <= std::numeric_limits<float>::max();
  if (fits) return values * static_cast<float>(factor);
  return (values.cast<double>() * factor).cast<float>();
}

}  // namespace palimpsest
