#include "sim/operations/windows.hpp"

namespace palimpsest {

namespace {

// A quarter of a GiB in single precision: every element of every window is laid out for the products of a sample.
constexpr std::uint64_t most_window_elements = std::uint64_t{1} << 26U;

std::string shown(const Windows::Pair& pair) { return std::to_string(pair[0]) + " x " + std::to_string(pair[1]); }

}  // namespace

std::vector<std::int32_t> Windows::places() const {
  std::vector<std::int32_t> places;
  places.reserve(std::size_t{count()} * elements());
  const auto along = [this](std::size_t dimension, std::uint32_t output, std::uint32_t tap) {
    const std::int64_t place = std::int64_t{output} * stride[dimension] + std::int64_t{tap} * dilation[dimension] -
                               std::int64_t{padding[dimension]};
    return place < std::int64_t{image[dimension]} ? place : -1;
  };
  for (std::uint32_t window = 0; window < count(); ++window) {
    for (std::uint32_t tap = 0; tap < elements(); ++tap) {
      const std::int64_t row = along(0, window / outputs[1], tap / kernel[1]);
      const std::int64_t column = along(1, window % outputs[1], tap % kernel[1]);
      places.push_back(row < 0 || column < 0 ? -1 : static_cast<std::int32_t>(row * image[1] + column));
    }
  }
  return places;
}

Windows::Pair read_pair(const OperationSource& source, const char* key, std::int64_t smallest) {
  const std::vector<std::uint32_t> read = source.extents(key, 2, smallest, largest_extent);
  return {read[0], read[1]};
}

void expect_image(const OperationSource& source) {
  source.expect_inputs(1);
  if (source.input_shapes[0].dimensions() != 3)
    source.reader.fail("inputs", "expected [channels, height, width], got " + shown(source.input_shapes[0]));
}

Windows read_windows(OperationSource& source, Windows::Pair kernel, Windows::Pair dilation, std::uint32_t channels) {
  const Shape& input = source.input_shapes[0];
  Windows windows;
  windows.kernel = kernel;
  windows.dilation = dilation;
  windows.stride = read_pair(source, "stride", 1);
  windows.padding = read_pair(source, "padding", 0);
  windows.image = {input.extent(1), input.extent(2)};
  for (std::size_t dimension = 0; dimension < 2; ++dimension) {
    const std::uint64_t padded = windows.image[dimension] + std::uint64_t{2} * windows.padding[dimension];
    const std::uint64_t covered = std::uint64_t{dilation[dimension]} * (kernel[dimension] - 1) + 1;
    if (covered > padded)
      source.reader.fail("inputs", "expected an image that holds a window of " + shown(kernel) + ", got " +
                                       shown(windows.image) + " and a padding of " + shown(windows.padding));
    windows.outputs[dimension] = static_cast<std::uint32_t>((padded - covered) / windows.stride[dimension] + 1);
  }
  std::uint64_t elements = channels;
  for (const std::uint32_t factor : {windows.outputs[0], windows.outputs[1], kernel[0], kernel[1]}) {
    elements *= factor;
    if (elements > most_window_elements)
      source.reader.fail("inputs",
                         "expected windows of at most " + std::to_string(most_window_elements) + " elements together");
  }
  return windows;
}

}  // namespace palimpsest
