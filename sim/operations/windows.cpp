#include "sim/operations/windows.hpp"

#include <algorithm>

namespace palimpsest {

namespace {

// A quarter of a GiB in single precision: every element of every window is laid out for the products of a sample.
constexpr std::uint64_t most_window_elements = std::uint64_t{1} << 26U;

std::string shown(const Windows::Pair& pair) { return std::to_string(pair[0]) + " x " + std::to_string(pair[1]); }

}  // namespace

Rows Windows::image_rows(std::uint32_t first, std::uint32_t count) const {
  if (count == 0) return {};
  const auto within = [this](std::int64_t row) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(row - padding[0], 0, image[0]));
  };
  const std::int64_t next = std::int64_t{first + count} * stride[0];
  const std::int64_t behind = next - stride[0] + std::int64_t{kernel[0] - 1} * dilation[0] + 1;
  const std::uint32_t begin = first == 0 ? 0 : within(std::int64_t{first} * stride[0]);
  const std::uint32_t end = first + count == outputs[0] ? image[0] : within(std::max(next, behind));
  return {begin, end - begin};
}

Rows Windows::output_rows(std::uint32_t first, std::uint32_t count) const {
  const std::int64_t reach = std::int64_t{kernel[0] - 1} * dilation[0];
  const std::int64_t topmost = std::max<std::int64_t>(std::int64_t{first} + padding[0] - reach, 0);
  const std::int64_t lowest = std::int64_t{first} + count - 1 + padding[0];
  const std::int64_t begin = first == 0 ? 0 : std::min<std::int64_t>((topmost + stride[0] - 1) / stride[0], outputs[0]);
  const std::int64_t end =
      first + count == image[0] ? outputs[0] : std::min<std::int64_t>(lowest / stride[0] + 1, outputs[0]);
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(std::max<std::int64_t>(end - begin, 0))};
}

RowsOfBand Windows::image_under_outputs() const {
  return [*this](std::uint32_t first, std::uint32_t count) { return image_rows(first, count); };
}

RowsOfBand Windows::outputs_over_image() const {
  return [*this](std::uint32_t first, std::uint32_t count) { return output_rows(first, count); };
}

RowsOfBand Windows::image_around_image() const {
  return [*this](std::uint32_t first, std::uint32_t count) {
    const Rows over = output_rows(first, count);
    return image_rows(over.first, over.count);
  };
}

RowsOfBand Windows::vectors_of_outputs() const { return rows_of_places(outputs[1]); }

RowsOfBand Windows::vectors_over_image() const {
  return [*this](std::uint32_t first, std::uint32_t count) {
    const Rows over = output_rows(first, count);
    return Rows{over.first * outputs[1], over.count * outputs[1]};
  };
}

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
