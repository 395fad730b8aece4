#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "models/physics/panel_matrix.hpp"

namespace palimpsest {

// The arithmetic of reads in vector lanes. Vectors lie one behind the other, `stride` numbers apart (whole lines of the
// cache). What a vector gives does not depend on those beside it, and is the same bytes on every processor.

/// Puts x w into `out` [vectors, w.stride()], x [vectors, w.rows()]: the sum over the rows in their order, fused.
/// `next`, if any, is the first panel of the matrix that is used next, which is brought near; so below.
void multiply(const float* x, std::size_t x_stride, std::size_t vectors, const PanelMatrix& w, float* out,
              const float* next = nullptr);

/// Adds to `magnitudes` and `weighted` [w.stride()] the sums over the vectors of |x w| and of (x w) y; y [vectors,
/// w.columns()] lies as x does and has zeros behind its last column.
void multiply_and_sum(const float* x, const float* y, std::size_t stride, std::size_t vectors, const PanelMatrix& w,
                      float* magnitudes, float* weighted, const float* next = nullptr);

/// What is subtracted from lines `first` to `first + count - 1`: column `source` of the same vector from all of them,
/// or, if it is not shared, columns `source`, `source + 1` ...
struct SubtractedColumns {
  std::size_t first = 0;
  std::size_t count = 0;
  std::size_t source = 0;
  bool shared = true;
};

/// Adds to `magnitudes` [stride] the sums over the vectors of the columns' magnitudes: `currents` [vectors, stride] has
/// the lines, which are columns less what is subtracted from them, and behind them the subtracted columns themselves.
void add_column_magnitudes(const float* currents, std::size_t stride, std::size_t vectors,
                           const std::vector<SubtractedColumns>& subtracted, float* magnitudes);

/// The variances of noise of one read: of the lines by themselves, and behind them of what they share.
struct NoiseVariances {
  float* of_cells = nullptr;             ///< [vectors, stride], by the read, or none; overwritten
  const float* of_amplifiers = nullptr;  ///< [stride]
  std::size_t stride = 0;
};

/// Adds to the lines of `currents` [vectors, stride] Gaussian noise, `draws` standard normal numbers that lie as the
/// variances do. What is shared is subtracted.
void add_noise(float* currents, std::size_t stride, std::size_t vectors, std::size_t lines,
               const NoiseVariances& variances, const std::vector<SubtractedColumns>& shared, const float* draws);

/// Currents become outputs of amplifiers, which are cut at +-`saturation_volt`, and these inputs of converters. As it
/// stands, nothing changes.
struct Amplification {
  float volt_per_microampere = 1.0F;
  float saturation_volt = std::numeric_limits<float>::infinity();
  float codes_per_volt = 1.0F;
};

/// Does so in place, where inputs have to pass through something else before they are converted. Returns how many
/// outputs were beyond the saturation.
std::uint64_t amplify(const Amplification& amplification, float* currents, std::size_t stride, std::size_t vectors,
                      std::size_t lines);

/// Inputs of converters become codes, rounded half away from zero to 2^-n steps of a code and cut.
struct Conversion {
  float noise_codes = 0.0F;  ///< standard deviation of one conversion
  float fine_codes = 1.0F;   ///< 2^n
  float limit = 127.0F;      ///< largest code, in those steps
  float weight = 1.0F;       ///< of a step in the result
};

/// Some lines of some vectors.
struct Block {
  const float* numbers = nullptr;
  std::size_t stride = 0;  ///< from one vector to the next
  std::size_t vectors = 0;
  std::size_t lines = 0;
};

/// How many outputs of amplifiers were beyond their saturation, and inputs of converters beyond the largest code.
struct Saturated {
  std::uint64_t amplifiers = 0;
  std::uint64_t converters = 0;
};

/// Adds `weight` times the codes of `currents`, amplified, to `sums`, whose vectors are `sums_stride` apart. `draws` of
/// standard normal numbers lie as the currents do; none if there is no noise.
Saturated convert(const Amplification& amplification, const Conversion& conversion, const Block& currents,
                  const float* draws, float* sums, std::size_t sums_stride);

}  // namespace palimpsest
