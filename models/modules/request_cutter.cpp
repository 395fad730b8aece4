#include "models/modules/request_cutter.hpp"

#include <algorithm>

namespace palimpsest {

void RequestCutter::start(const std::vector<StridedRange>& ranges, std::uint64_t vector, std::uint64_t vectors,
                          bool written, std::uint64_t slot_offset) {
  ranges_ = &ranges;
  next_range_ = 0;
  next_row_ = 0;
  vector_ = vector;
  vectors_ = vectors;
  written_ = written;
  slot_offset_ = slot_offset;
  bytes_left_ = 0;
  enter_next_piece();
}

MemoryRequest RequestCutter::next() {
  const std::uint64_t to_line_end = line_bytes_ - address_ % line_bytes_;
  const MemoryRequest request{address_, static_cast<std::uint32_t>(std::min(bytes_left_, to_line_end))};
  address_ += request.bytes;
  bytes_left_ -= request.bytes;
  enter_next_piece();
  return request;
}

void RequestCutter::enter_next_piece() {
  while (bytes_left_ == 0 && next_range_ < ranges_->size()) {
    const StridedRange& range = (*ranges_)[next_range_];
    const VectorSpan span = moved_with(range, vector_, vectors_, written_);
    address_ = range.address + span.first * range.stride + next_row_ * range.row_stride +
               (range.per_sample ? slot_offset_ : 0);
    bytes_left_ = span.count == 0 ? 0 : range.bytes + (span.count - 1) * range.stride;
    if (range.bytes == 0) bytes_left_ = 0;
    if (++next_row_ < range.rows) continue;
    next_row_ = 0;
    ++next_range_;
  }
}

}  // namespace palimpsest
