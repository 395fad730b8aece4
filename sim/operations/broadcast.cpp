#include "sim/operations/broadcast.hpp"

#include <algorithm>

namespace palimpsest {

namespace {

/// The extents with as many of 1 before them as make `dimensions`.
std::vector<std::uint32_t> aligned(const Shape& shape, std::size_t dimensions) {
  std::vector<std::uint32_t> extents(dimensions - shape.dimensions(), 1);
  extents.insert(extents.end(), shape.extents().begin(), shape.extents().end());
  return extents;
}

}  // namespace

std::optional<Shape> broadcast_shape(const Shape& one, const Shape& other) {
  const std::size_t dimensions = std::max(one.dimensions(), other.dimensions());
  std::vector<std::uint32_t> extents = aligned(one, dimensions);
  const std::vector<std::uint32_t> others = aligned(other, dimensions);
  for (std::size_t dimension = 0; dimension < dimensions; ++dimension) {
    if (extents[dimension] != others[dimension] && extents[dimension] != 1 && others[dimension] != 1)
      return std::nullopt;
    extents[dimension] = std::max(extents[dimension], others[dimension]);
  }
  return Shape(extents);
}

BroadcastIndex::BroadcastIndex(const Shape& value, const Shape& result)
    : row_begins_(result.rows(), 0), column_step_(value.columns() == 1 ? 0 : 1) {
  const std::vector<std::uint32_t> extents = aligned(value, result.dimensions());
  std::uint32_t value_stride = value.columns();
  std::uint32_t result_stride = 1;
  for (std::size_t dimension = result.dimensions() - 1; dimension-- > 0;) {
    for (std::uint32_t row = 0; row < row_begins_.size(); ++row)
      row_begins_[row] += row / result_stride % result.extent(dimension) % extents[dimension] * value_stride;
    value_stride *= extents[dimension];
    result_stride *= result.extent(dimension);
  }
}

}  // namespace palimpsest
