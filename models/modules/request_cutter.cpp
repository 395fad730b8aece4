#include "models/modules/request_cutter.hpp"

#include <algorithm>

namespace palimpsest {

void RequestCutter::start(const std::vector<StridedRange>& ranges, std::uint64_t vector, std::uint64_t slot_offset) {
  ranges_ = &ranges;
  next_range_ = 0;
  vector_ = vector;
  slot_offset_ = slot_offset;
  bytes_left_ = 0;
  enter_next_range();
}

MemoryRequest RequestCutter::next() {
  const std::uint64_t to_line_end = line_bytes_ - address_ % line_bytes_;
  const MemoryRequest request{address_, static_cast<std::uint32_t>(std::min(bytes_left_, to_line_end))};
  address_ += request.bytes;
  bytes_left_ -= request.bytes;
  enter_next_range();
  return request;
}

void RequestCutter::enter_next_range() {
  while (bytes_left_ == 0 && next_range_ < ranges_->size()) {
    const StridedRange& range = (*ranges_)[next_range_++];
    address_ = range.address + vector_ * range.stride + (range.per_sample ? slot_offset_ : 0);
    bytes_left_ = range.bytes;
  }
}

}  // namespace palimpsest
