#include "sim/mapping/sram_copies.hpp"

#include <algorithm>
#include <utility>

#include "sim/mapping/buffer_needs.hpp"

namespace palimpsest {

namespace {

std::uint32_t start_of_word(std::uint32_t byte, std::uint32_t word) { return byte / word * word; }

}  // namespace

StridedRange SramCopy::moved(const StridedRange& range, const Placement& buffer_placement) const {
  const std::uint64_t offset = range.address - buffer_placement.address;
  const std::uint64_t row = offset / buffer_placement.row_stride;
  const std::uint64_t byte = offset % buffer_placement.row_stride;
  StridedRange result = range;
  result.address = address + (row - part.first_row) * row_stride + (byte - part.first_byte);
  if (range.rows > 1) {
    if (range.row_stride == buffer_placement.row_stride) result.row_stride = row_stride;
  } else if (range.stride == buffer_placement.row_stride) {
    result.stride = row_stride;
  }
  result.per_sample = true;
  return result;
}

std::uint64_t SramCopy::address_of(const BufferPart& some) const {
  return address + std::uint64_t{some.first_row - part.first_row} * row_stride + (some.first_byte - part.first_byte);
}

bool SramCopy::covers(const BufferPart& some) const {
  return part.first_row <= some.first_row && some.end_row <= part.end_row && part.first_byte <= some.first_byte &&
         some.end_byte <= part.end_byte;
}

SramCopy* SramCopies::place(std::uint32_t buffer, const BufferPart& part) {
  const std::uint32_t row_stride = row_stride_of(part, word_);
  const std::uint64_t bytes = std::uint64_t{part.rows()} * row_stride;
  std::uint64_t address = 0;
  for (const auto& [begin, end] : taken_) {
    if (begin - address >= bytes) break;
    address = end;
  }
  if (address + bytes > capacity_) return nullptr;
  SramCopy copy;
  copy.buffer = buffer;
  copy.part = part;
  copy.part.first_byte = start_of_word(part.first_byte, word_);
  copy.address = address;
  copy.row_stride = row_stride;
  copy.after = freed_.take(address, address + bytes);
  taken_[address] = address + bytes;
  most_ = std::max(most_, address + bytes);
  copies_.push_back(std::move(copy));
  return &copies_.back();
}

void SramCopies::remove(SramCopy& copy) {
  std::vector<std::uint32_t> steps;
  bool written = false;
  for (const BufferUse& use : copy.uses) {
    steps.push_back(use.step);
    written = written || use.written;
  }
  // Whoever wrote it waited for those before.
  if (!written) steps.insert(steps.end(), copy.after.begin(), copy.after.end());
  freed_.free(copy.address, copy.address + copy.bytes(), std::move(steps));
  taken_.erase(copy.address);
  copies_.remove_if([&copy](const SramCopy& one) { return &one == &copy; });
}

}  // namespace palimpsest
