#pragma once

#include <Eigen/Core>
#include <cstdint>

namespace palimpsest {

/// Largest code of a signed, symmetric grid of `bits` bits: 2^(bits-1) - 1, and 1 for a single bit.
std::int32_t largest_code(int bits);

/// What a study takes away from a grid of codes; hardware has neither. A code keeps its unit, the step of the real
/// grid.
struct GridRefinement {
  int fraction_bits = 0;  ///< codes are rounded to 2^-fraction_bits of a step
  int headroom_bits = 0;  ///< codes are cut at 2^headroom_bits times the largest one
};

/// Codes of `values` (any shape) on the symmetric grid on which `full_scale` (> 0) is the largest code; rounds half
/// away from zero, saturates. Codes are whole numbers held in float, exact up to 24 bits. Adds the number of saturated
/// values to `saturated`. Bits and those of `refinement` together are at most 31.
Eigen::MatrixXf quantize_codes(const Eigen::MatrixXf& values, float full_scale, int bits, std::uint64_t& saturated,
                               const GridRefinement& refinement = {});

/// `values` rounded to that grid and saturated; same shape and unit.
Eigen::MatrixXf quantize(const Eigen::MatrixXf& values, float full_scale, int bits, std::uint64_t& saturated,
                         const GridRefinement& refinement = {});

}  // namespace palimpsest
