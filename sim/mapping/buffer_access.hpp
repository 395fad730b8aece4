#pragma once

#include <cstdint>
#include <vector>

#include "sim/mapping/divisible_job.hpp"
#include "sim/mapping/sram_layout.hpp"

namespace palimpsest {

/// A part of a buffer: rows [first_row, end_row), of each the bytes [first_byte, end_byte).
struct BufferPart {
  std::uint32_t first_row = 0;
  std::uint32_t end_row = 0;
  std::uint32_t first_byte = 0;
  std::uint32_t end_byte = 0;

  std::uint32_t rows() const { return end_row - first_row; }
  std::uint32_t bytes_of_row() const { return end_byte - first_byte; }
  friend bool operator==(const BufferPart& one, const BufferPart& other) {
    return one.first_row == other.first_row && one.end_row == other.end_row && one.first_byte == other.first_byte &&
           one.end_byte == other.end_byte;
  }
};

bool overlap(const BufferPart& one, const BufferPart& other);
/// The smallest part that holds both.
BufferPart hull(const BufferPart& one, const BufferPart& other);

/// What a job does with a part of a buffer.
struct BufferAccess {
  std::uint32_t buffer = 0;
  BufferPart part;
  bool written = false;
  std::uint64_t bytes = 0;  ///< that it uses, of the part
};

/// The buffers that a program was built with, found again by the addresses in its jobs.
class BufferTable {
 public:
  explicit BufferTable(const SramLayout& layout);

  std::size_t size() const { return buffers_.size(); }
  const Placement& operator[](std::uint32_t buffer) const { return buffers_[buffer]; }
  std::uint64_t bytes(std::uint32_t buffer) const { return buffers_[buffer].whole().bytes; }
  BufferPart whole(std::uint32_t buffer) const { return {0, buffers_[buffer].rows, 0, buffers_[buffer].row_stride}; }

  /// Throws std::logic_error if the range lies in no buffer.
  std::uint32_t find(const StridedRange& range) const;
  BufferPart part_of(std::uint32_t buffer, const StridedRange& range, std::uint32_t vectors) const;
  std::vector<BufferAccess> accesses(Job job) const;

 private:
  std::vector<Placement> buffers_;
  std::vector<std::uint32_t> per_sample_;  ///< in rising order of addresses
  std::vector<std::uint32_t> fixed_;       ///< in falling order of addresses, which may pass 0
  std::uint64_t top_ = 0;
};

}  // namespace palimpsest
