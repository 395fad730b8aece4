#include "models/physics/cell.hpp"

#include <algorithm>
#include <cmath>

namespace palimpsest {

double conducting_volt(double volt, double nonlinearity_volt, double verify_volt) {
  // sinh(x) / sinh(y) without the overflow of either. What is cut lies beyond every amplifier's range.
  constexpr double largest_exponent = 50.0;
  const double magnitude = std::abs(volt);
  const double exponent = std::min((magnitude - verify_volt) / nonlinearity_volt, largest_exponent);
  const double ratio = std::exp(exponent) * std::expm1(-2.0 * magnitude / nonlinearity_volt) /
                       std::expm1(-2.0 * verify_volt / nonlinearity_volt);
  return std::copysign(verify_volt * ratio, volt);
}

}  // namespace palimpsest
