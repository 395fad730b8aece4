#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "models/physics/grid_refinement.hpp"
#include "models/physics/mapping.hpp"

namespace palimpsest {

/// Numbers of lines, by vector and pass.
using LineCounts = Eigen::Array<std::uint32_t, Eigen::Dynamic, Eigen::Dynamic>;

// A refined code has more bits, and a bit-serial one is read in more passes.

/// Reads of the array that one input vector of `bits`-bit codes takes.
std::uint32_t input_passes(InputEncoding encoding, int bits, const GridRefinement& refinement = {});

/// Bits of code per line that are loaded for one pass.
int bits_per_pass(InputEncoding encoding, int bits, LineInputs inputs = LineInputs::codes);

/// How lines that carry `inputs` are driven: spikes at once, whatever the encoding of codes.
InputEncoding encoding_of(InputEncoding encoding, LineInputs inputs);

/// What the lines carry in a pass, in units of the code whose voltage is the DAC's smallest step: `codes` [vectors,
/// lines] are whole numbers within +-largest_code(bits). Bit-serial lines are at zero or at the largest code.
Eigen::MatrixXf line_codes(InputEncoding encoding, int bits, const Eigen::MatrixXf& codes, std::uint32_t pass,
                           const GridRefinement& refinement = {});

/// Lines that carry something in a pass: [vectors, passes], of `codes` [vectors, lines].
LineCounts active_lines(InputEncoding encoding, int bits, const Eigen::MatrixXf& codes,
                        const GridRefinement& refinement = {});

/// Factor with which a pass's result enters the sum that makes up the product with `codes`.
double pass_weight(InputEncoding encoding, int bits, std::uint32_t pass, const GridRefinement& refinement = {});

/// Square of a line's voltage, in full scales, summed over the passes, for codes spread evenly over the whole range.
double mean_square_of_passes(InputEncoding encoding, int bits);

}  // namespace palimpsest
