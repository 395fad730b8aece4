#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "models/physics/grid_refinement.hpp"

namespace palimpsest {

/// Largest code of a signed, symmetric grid of `bits` bits: 2^(bits-1) - 1. Wants two bits at least: with one, the
/// sign's, there is no grid about zero.
std::int32_t largest_code(int bits);

/// Codes of `values` (any shape) on the symmetric grid on which `full_scale` (> 0) is the largest code; rounds half
/// away from zero, saturates. Codes are whole numbers held in float, exact up to 24 bits. Adds the number of saturated
/// values to `saturated`. Bits and those of `refinement` together are at most 31.
Eigen::MatrixXf quantize_codes(const Eigen::MatrixXf& values, float full_scale, int bits, std::uint64_t& saturated,
                               const GridRefinement& refinement = {});

/// `values` rounded to that grid and saturated; same shape and unit.
Eigen::MatrixXf quantize(const Eigen::MatrixXf& values, float full_scale, int bits, std::uint64_t& saturated,
                         const GridRefinement& refinement = {});

}  // namespace palimpsest
