#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace palimpsest {

/// Largest extent of a value, so that no size computed from a network overflows.
constexpr std::uint32_t largest_extent = 65536;
/// Largest number of dimensions of a value.
constexpr std::size_t most_dimensions = 8;
/// Largest number of elements of a value: a small file can name a product with a huge result.
constexpr std::uint64_t largest_value = std::uint64_t{1} << 24U;

/// Extents of one sample's value, in C order. The last is its columns (features), the product of the others its rows
/// (vectors, tokens): a vector is what passes a unit at once.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<std::uint32_t> extents) : extents_(extents) {}
  explicit Shape(std::vector<std::uint32_t> extents) : extents_(std::move(extents)) {}

  const std::vector<std::uint32_t>& extents() const { return extents_; }
  std::size_t dimensions() const { return extents_.size(); }
  std::uint32_t extent(std::size_t dimension) const { return extents_[dimension]; }
  std::uint32_t columns() const { return extents_.empty() ? 1 : extents_.back(); }
  std::uint32_t rows() const;
  std::uint64_t elements() const { return std::uint64_t{rows()} * columns(); }

  bool operator==(const Shape& other) const { return extents_ == other.extents_; }
  bool operator!=(const Shape& other) const { return !(*this == other); }

 private:
  std::vector<std::uint32_t> extents_;
};

/// `[2, 3]`
std::string shown(const Shape& shape);

}  // namespace palimpsest
