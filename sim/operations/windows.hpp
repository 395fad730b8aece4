#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/mapping/bands.hpp"
#include "sim/operations/operation_source.hpp"

namespace palimpsest {

/// Windows that slide over the rows and columns of an image [channels, height, width].
struct Windows {
  using Pair = std::array<std::uint32_t, 2>;  ///< of rows, of columns

  Pair kernel{1, 1};
  Pair stride{1, 1};
  Pair padding{0, 0};  ///< rows above and below, columns left and right
  Pair dilation{1, 1};
  Pair image{1, 1};
  Pair outputs{1, 1};  ///< windows

  std::uint32_t elements() const { return kernel[0] * kernel[1]; }  ///< of a window in a channel
  std::uint32_t count() const { return outputs[0] * outputs[1]; }

  /// Rows of the image under the windows of these rows of outputs, those up to the next window with them.
  Rows image_rows(std::uint32_t first, std::uint32_t count) const;
  /// Rows of outputs with windows over these rows of the image, those in the padding with the image's first and last.
  Rows output_rows(std::uint32_t first, std::uint32_t count) const;

  // What belongs to a band of rows of outputs.
  RowsOfBand image_under_outputs() const;
  /// The vectors of windows, row after row of outputs.
  RowsOfBand vectors_of_outputs() const;

  // What belongs to a band of rows of the image.
  RowsOfBand outputs_over_image() const;
  RowsOfBand vectors_over_image() const;
  /// The image under the outputs over it.
  RowsOfBand image_around_image() const;

  /// Where the windows' elements lie in a channel, window after window in C order; negative in the padding.
  std::vector<std::int32_t> places() const;
};

/// Extents at `key` of rows and columns.
Windows::Pair read_pair(const OperationSource& source, const char* key, std::int64_t smallest);

/// Reads `stride` and `padding`, and takes `kernel` and `dilation`, over the only input, which has to be an image.
/// Throws UserError if no window fits, or if windows over `channels` channels have more elements than can be handled.
Windows read_windows(OperationSource& source, Windows::Pair kernel, Windows::Pair dilation, std::uint32_t channels);

/// Throws UserError unless the only input has the dimensions of an image.
void expect_image(const OperationSource& source);

}  // namespace palimpsest
