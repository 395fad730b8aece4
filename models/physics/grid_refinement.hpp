#pragma once

namespace palimpsest {

/// What a study takes away from a grid of codes; hardware has neither. A code keeps its unit, the step of the real
/// grid.
struct GridRefinement {
  int fraction_bits = 0;  ///< codes are rounded to 2^-fraction_bits of a step
  int headroom_bits = 0;  ///< codes are cut at 2^headroom_bits times the largest one
};

}  // namespace palimpsest
