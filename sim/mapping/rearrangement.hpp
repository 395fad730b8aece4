#pragma once

#include <cstdint>

#include "sim/mapping/program_builder.hpp"

namespace palimpsest {

/// Every `step`-th part along one dimension, from `begin` on, before `end`.
struct Slice {
  std::uint32_t axis = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 1;
  std::uint32_t step = 1;
};

Shape sliced_shape(const Shape& shape, const Slice& slice);

/// How the copy of a slice of `shape` may be cut, and the copy back into zeros.
Bands slice_bands(const Shape& shape, const Slice& slice);
Bands unslice_bands(const Shape& shape, const Slice& slice);

/// A stored value of shape `from` as one of shape `to`, elements in C order. The bytes stay where they are if the rows
/// lie without gaps in both, otherwise the vector unit moves them.
StoredValue reshaped(ProgramBuilder& builder, const StoredValue& value, const Shape& from, const Shape& to, int bits);

/// A slice of a stored value of `shape`. Whole rows behind each other stay where they are, and so do the elements of a
/// single row that fill words; otherwise the vector unit moves them.
StoredValue sliced(ProgramBuilder& builder, const StoredValue& value, const Shape& shape, const Slice& slice, int bits);

}  // namespace palimpsest
