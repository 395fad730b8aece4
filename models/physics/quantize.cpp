#include "models/physics/quantize.hpp"

#include <cassert>
#include <cmath>

#include "models/physics/scaled.hpp"

namespace palimpsest {

std::int32_t largest_code(int bits) {
  assert(bits >= 2);
  return (std::int32_t{1} << (bits - 1)) - 1;
}

Eigen::MatrixXf quantize_codes(const Eigen::MatrixXf& values, float full_scale, int bits, std::uint64_t& saturated,
                               const GridRefinement& refinement) {
  const float fine_codes = std::ldexp(1.0F, refinement.fraction_bits);
  const auto largest = static_cast<float>(largest_code(bits));
  const float limit = std::ldexp(largest * fine_codes, refinement.headroom_bits);
  const Eigen::ArrayXXf exact = scaled(values, double{largest} / double{full_scale} * double{fine_codes}).array();
  saturated += static_cast<std::uint64_t>((exact.abs() >= limit + 0.5F).count());
  // Truncating after adding the largest float below one half rounds half away from zero, exactly, and is vectorised
  // where std::round is not.
  const Eigen::ArrayXXf magnitude = (exact.abs() + 0.49999997F).min(limit).cast<std::int32_t>().cast<float>();
  return (exact < 0.0F).select(-magnitude, magnitude) * (1.0F / fine_codes);
}

Eigen::MatrixXf quantize(const Eigen::MatrixXf& values, float full_scale, int bits, std::uint64_t& saturated,
                         const GridRefinement& refinement) {
  return scaled(quantize_codes(values, full_scale, bits, saturated, refinement),
                double{full_scale} / largest_code(bits));
}

}  // namespace palimpsest
