#pragma once

#include <cstdint>

#include "models/physics/clock.hpp"
#include "models/physics/units.hpp"

namespace palimpsest {

/// A memory beside the chip: a DRAM with times and energies of its own, which do not follow the chip's clock or node.
struct OffChipConfig {
  std::uint64_t capacity_bytes = 0;
  double latency_ns = 0.0;        ///< from a vector's command to its first word: a row is opened
  double bytes_per_second = 1.0;  ///< of the link
  double word_joule = 0.0;        ///< 32 bits, read or written
  double standby_watt = 0.0;      ///< while it keeps its contents and waits
};

/// Words of 32 bits that hold `bytes`; the link moves such words.
inline std::uint64_t off_chip_words(std::uint64_t bytes) { return bytes / 4 + (bytes % 4 == 0 ? 0 : 1); }

inline std::uint64_t access_cycles(const OffChipConfig& config, const Clock& clock) {
  return clock.cycles_for_ns(config.latency_ns);
}

/// Of the link, for a vector of `bytes`. Rounded up once for all of its words: the link has a clock of its own.
inline std::uint64_t link_cycles(const OffChipConfig& config, std::uint64_t bytes, const Clock& clock) {
  return clock.cycles_for_ns(4.0 * static_cast<double>(off_chip_words(bytes)) / config.bytes_per_second / nano);
}

}  // namespace palimpsest
