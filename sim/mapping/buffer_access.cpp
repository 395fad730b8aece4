#include "sim/mapping/buffer_access.hpp"

#include <algorithm>
#include <stdexcept>

#include "models/physics/clock.hpp"

namespace palimpsest {

bool overlap(const BufferPart& one, const BufferPart& other) {
  return one.first_row < other.end_row && other.first_row < one.end_row && one.first_byte < other.end_byte &&
         other.first_byte < one.end_byte;
}

BufferPart hull(const BufferPart& one, const BufferPart& other) {
  return {std::min(one.first_row, other.first_row), std::max(one.end_row, other.end_row),
          std::min(one.first_byte, other.first_byte), std::max(one.end_byte, other.end_byte)};
}

BufferTable::BufferTable(const SramLayout& layout) : buffers_(layout.buffers()), top_(layout.top()) {
  for (std::uint32_t buffer = 0; buffer < buffers_.size(); ++buffer) {
    if (bytes(buffer) == 0) continue;
    (buffers_[buffer].per_sample ? per_sample_ : fixed_).push_back(buffer);
  }
}

std::uint32_t BufferTable::find(const StridedRange& range) const {
  std::uint32_t found = 0;
  if (range.per_sample) {
    const auto behind =
        std::upper_bound(per_sample_.begin(), per_sample_.end(), range.address,
                         [&](std::uint64_t address, std::uint32_t one) { return address < buffers_[one].address; });
    if (behind == per_sample_.begin()) throw std::logic_error("plan: a range in no buffer");
    found = *std::prev(behind);
  } else {
    // What is there once grows downwards, in modular arithmetic beyond what the buffer holds.
    const std::uint64_t depth = top_ - range.address;
    const auto at = std::lower_bound(fixed_.begin(), fixed_.end(), depth, [&](std::uint32_t one, std::uint64_t wanted) {
      return top_ - buffers_[one].address < wanted;
    });
    if (at == fixed_.end()) throw std::logic_error("plan: a range in no buffer");
    found = *at;
  }
  if (range.address - buffers_[found].address >= bytes(found)) throw std::logic_error("plan: a range in no buffer");
  return found;
}

BufferPart BufferTable::part_of(std::uint32_t buffer, const StridedRange& range, std::uint32_t vectors) const {
  const Placement& placement = buffers_[buffer];
  const std::uint64_t offset = range.address - placement.address;
  const auto row = static_cast<std::uint32_t>(offset / placement.row_stride);
  const auto byte = static_cast<std::uint32_t>(offset % placement.row_stride);
  if (range.rows > 1 && range.row_stride == placement.row_stride)
    return {row, row + range.rows, byte, byte + static_cast<std::uint32_t>((vectors - 1) * range.stride + range.bytes)};
  const bool in_a_row = range.rows == 1 && byte + range.bytes <= placement.row_stride;
  const std::uint32_t moves = range.stride == 0 ? 1 : vectors;
  if (in_a_row && (moves == 1 || range.stride == placement.row_stride))
    return {row, row + moves, byte, byte + static_cast<std::uint32_t>(range.bytes)};
  const std::uint64_t end =
      offset + (range.rows - 1) * range.row_stride + std::uint64_t{moves - 1} * range.stride + range.bytes;
  return {row, static_cast<std::uint32_t>(ceil_div(end, placement.row_stride)), 0, placement.row_stride};
}

std::vector<BufferAccess> BufferTable::accesses(Job job) const {
  std::vector<BufferAccess> all;
  for_each_range(job, [&](const StridedRange& range, std::uint32_t vectors, bool written) {
    if (range.bytes == 0) return;
    const std::uint32_t buffer = find(range);
    const std::uint64_t moves = range.stride == 0 ? 1 : vectors;
    all.push_back({buffer, part_of(buffer, range, vectors), written, moves * range.rows * range.bytes});
  });
  return all;
}

}  // namespace palimpsest
