#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/protocol/jobs.hpp"

namespace palimpsest::test {

enum class Space : std::uint8_t { slot, once, off_chip_slot, off_chip_once };

/// A byte of a sample's slot or one that is there once, in the SRAM buffer or in the off-chip memory.
struct Byte {
  Space space = Space::slot;
  std::uint64_t address = 0;

  bool is_once() const { return space == Space::once || space == Space::off_chip_once; }
  bool operator==(const Byte& other) const { return space == other.space && address == other.address; }
  bool operator<(const Byte& other) const {
    return space != other.space ? space < other.space : address < other.address;
  }
};

struct ByteHash {
  std::size_t operator()(const Byte& byte) const { return 4 * byte.address + static_cast<std::size_t>(byte.space); }
};

struct Range {
  Space space = Space::slot;
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
  bool whole = false;
};

/// The ranges of all vectors, one by one, vector after vector.
std::vector<Range> expanded(const std::vector<StridedRange>& ranges, std::uint32_t vectors, std::uint32_t word,
                            bool off_chip = false);

/// Null for a step that is none.
const OffChipJob* transfer_of(const Step& step);

std::vector<Range> reads_of(const Step& step, std::uint32_t word);
std::vector<Range> drains_of(const Step& step, std::uint32_t word);

/// Whether `address` lies behind the end of a row: of its word something before it is used and nothing from it on.
template <class IsUsed>
bool is_between_rows(std::uint64_t address, std::uint32_t word, const IsUsed& is_used) {
  const std::uint64_t start = address / word * word;
  bool before = false;
  for (std::uint64_t other = start; other < start + word; ++other) {
    if (!is_used(other)) continue;
    if (other >= address) return false;
    before = true;
  }
  return before;
}

std::string step_text(std::size_t step);

}  // namespace palimpsest::test
