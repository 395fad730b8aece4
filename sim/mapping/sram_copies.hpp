#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <vector>

#include "sim/mapping/buffer_access.hpp"
#include "sim/mapping/memory_reuse.hpp"

namespace palimpsest {

/// A planned step that used a part of a buffer.
struct BufferUse {
  BufferPart part;
  std::uint32_t step = 0;
  bool written = false;
};

/// A part of a buffer while it lies in the SRAM buffer.
struct SramCopy {
  std::uint32_t buffer = 0;
  BufferPart part;
  std::uint64_t address = 0;
  std::uint32_t row_stride = 0;
  std::optional<BufferPart> changed;  ///< what was written since it was last stored
  std::vector<BufferUse> uses;        ///< of this copy
  std::vector<std::uint32_t> after;   ///< that used its place before

  std::uint64_t bytes() const { return std::uint64_t{part.rows()} * row_stride; }
  /// Where a range of the buffer lies. It must be within the part.
  StridedRange moved(const StridedRange& range, const Placement& buffer_placement) const;
  /// The first byte of `some`, which is within the part.
  std::uint64_t address_of(const BufferPart& some) const;
  bool covers(const BufferPart& some) const;
};

/// What lies where in the SRAM buffer while a program is planned.
class SramCopies {
 public:
  SramCopies(std::uint64_t capacity, std::uint32_t word) : capacity_(capacity), word_(word) {}

  /// The lowest hole that is large enough; null if there is none.
  SramCopy* place(std::uint32_t buffer, const BufferPart& part);
  void remove(SramCopy& copy);

  std::list<SramCopy>& all() { return copies_; }
  std::uint64_t most_bytes() const { return most_; }  ///< end of the highest copy that there was

 private:
  std::uint64_t capacity_;
  std::uint32_t word_;
  std::uint64_t most_ = 0;
  std::list<SramCopy> copies_;
  std::map<std::uint64_t, std::uint64_t> taken_;  ///< begin to end
  FreedPlaces freed_;
};

}  // namespace palimpsest
