#pragma once

#include <cstdint>

namespace palimpsest {

/// How a signed weight becomes conductances, which are positive.
enum class WeightEncoding {
  offset,        ///< one device, a weight of zero in the middle of the window; a reference column is subtracted
  differential,  ///< a pair of devices, one for either sign; their currents are subtracted
};

/// How a signed input code is put on a line.
enum class InputEncoding {
  bipolar,     ///< at once, as a voltage of either sign
  two_pass,    ///< codes above zero first, then those below; unipolar voltages
  bit_serial,  ///< one bit of the two's complement after the other; a line is at zero or at full scale
};

/// What lines carry into a read.
enum class LineInputs {
  codes,   ///< numbers, in the encoding of the mapping
  spikes,  ///< nothing or the largest code, in one pass
};

/// When a layer's scale follows its largest weight.
enum class WeightScale {
  kept,       ///< at the first write that has weights other than zero; later ones beyond it are clipped
  per_write,  ///< at every write
};

/// What computes a convolution whose every input channel is a group of its own.
enum class DepthwiseConvolutions {
  vector_unit,  ///< the vector unit, with the weights in the digital memory
  tiles,        ///< the arrays, a tile for every channel
};

/// How a layer's weights and inputs are laid out on a tile.
struct MappingConfig {
  WeightEncoding weights = WeightEncoding::offset;
  std::uint32_t slices = 1;  ///< devices (or pairs) per weight; 1: the weight is analogue, more: digits of its code
  int bits_per_slice = 4;    ///< of one digit, where there are several slices
  InputEncoding inputs = InputEncoding::bipolar;
  WeightScale scale = WeightScale::kept;
  double headroom = 1.0;  ///< the weight at the window's edge over the layer's largest when the scale is set
  DepthwiseConvolutions depthwise_convolutions = DepthwiseConvolutions::vector_unit;
};

/// Columns that hold one weight.
inline std::uint32_t columns_per_output(const MappingConfig& mapping) {
  return mapping.slices * (mapping.weights == WeightEncoding::differential ? 2U : 1U);
}

/// Columns of zero weights whose currents are subtracted from the others': one per slice.
inline std::uint32_t reference_columns(const MappingConfig& mapping) {
  return mapping.weights == WeightEncoding::offset ? mapping.slices : 0U;
}

/// Columns of an array that holds the weights of `outputs` outputs.
inline std::uint32_t columns_of(const MappingConfig& mapping, std::uint32_t outputs) {
  return outputs * columns_per_output(mapping) + reference_columns(mapping);
}

/// The output whose weights stand in `column` of an array that holds those of `outputs`; no reference column.
inline std::uint32_t output_of_column(const MappingConfig& mapping, std::uint32_t column, std::uint32_t outputs) {
  return (mapping.weights == WeightEncoding::differential ? column / 2U : column) % outputs;
}

/// Signed currents that are converted in a read: one per output and slice.
inline std::uint32_t sensed_lines(const MappingConfig& mapping, std::uint32_t outputs) {
  return outputs * mapping.slices;
}

}  // namespace palimpsest
