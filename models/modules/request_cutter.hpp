#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/protocol/jobs.hpp"

namespace palimpsest {

struct MemoryRequest {
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
};

/// Cuts the ranges of one vector into requests that do not cross a line, range after range, row after row, address
/// after address.
class RequestCutter {
 public:
  explicit RequestCutter(std::uint32_t line_bytes) : line_bytes_(line_bytes) {}

  /// What is read (written) with `vector` of a job's `vectors`. `ranges` must stay where they are until the cutter is
  /// exhausted.
  void start(const std::vector<StridedRange>& ranges, std::uint64_t vector, std::uint64_t vectors, bool written,
             std::uint64_t slot_offset);

  bool exhausted() const { return bytes_left_ == 0; }

  /// The next request; only when not exhausted.
  MemoryRequest next();

 private:
  void enter_next_piece();

  std::uint32_t line_bytes_;
  const std::vector<StridedRange>* ranges_ = nullptr;
  std::size_t next_range_ = 0;
  std::uint32_t next_row_ = 0;  ///< of the range before the next
  std::uint64_t vector_ = 0;
  std::uint64_t vectors_ = 1;
  bool written_ = false;
  std::uint64_t slot_offset_ = 0;
  std::uint64_t address_ = 0;
  std::uint64_t bytes_left_ = 0;  ///< of the current piece; 0 only after the last one
};

}  // namespace palimpsest
