#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/protocol/jobs.hpp"

namespace palimpsest::schedule {

/// Bytes [begin, end) of the SRAM buffer.
struct Piece {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// Adds what vectors `first` to `last` have in `range`, row after row. What lies between their pieces goes along.
inline void add_rows(const StridedRange& range, std::uint64_t first, std::uint64_t last, std::uint64_t slot_offset,
                     std::vector<Piece>& pieces) {
  if (range.bytes == 0) return;
  std::uint64_t row_begin = range.address + (range.per_sample ? slot_offset : 0);
  for (std::uint32_t row = 0; row < range.rows; ++row) {
    pieces.push_back({row_begin + first * range.stride, row_begin + last * range.stride + range.bytes});
    row_begin += range.row_stride;
  }
}

/// What is read when a job of `vectors` vectors fetches `vector`, in the order in which it is requested: a range is
/// read for all vectors that belong together with the first of them.
inline std::vector<Piece> read_with(const std::vector<StridedRange>& ranges, std::uint64_t vector,
                                    std::uint64_t vectors, std::uint64_t slot_offset) {
  std::vector<Piece> pieces;
  for (const StridedRange& range : ranges) {
    if (vector % range.together != 0) continue;
    add_rows(range, vector, std::min(vector + range.together, vectors) - 1, slot_offset, pieces);
  }
  return pieces;
}

/// What is written when a job of `vectors` vectors drains `vector`, in the order in which it is requested: a range is
/// written for all vectors that belong together with the last of them.
inline std::vector<Piece> written_with(const std::vector<StridedRange>& ranges, std::uint64_t vector,
                                       std::uint64_t vectors, std::uint64_t slot_offset) {
  std::vector<Piece> pieces;
  for (const StridedRange& range : ranges) {
    const std::uint64_t next = vector + 1;
    if (next % range.together != 0 && next != vectors) continue;
    add_rows(range, vector - vector % range.together, vector, slot_offset, pieces);
  }
  return pieces;
}

}  // namespace palimpsest::schedule
