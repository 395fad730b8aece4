#pragma once

#include <cstdint>

#include "models/physics/grid_refinement.hpp"

namespace palimpsest {

/// The SRAM buffer: banks of one port each, interleaved line by line.
struct SramConfig {
  std::uint32_t banks = 8;
  std::uint32_t bank_kib = 16;
  std::uint32_t word_bits = 32;     ///< moved per bank and cycle
  std::uint32_t line_words = 16;    ///< words in a row in one bank before the next bank follows
  std::uint32_t access_cycles = 1;  ///< from the grant to the first word
  std::uint32_t word_cycles = 1;    ///< of a bank per word; more than one under a clock faster than a bank
  double idle_leakage_share = 1.0;  ///< leakage of a bank that does not serve, over one that does; 1: never gated
  std::uint32_t wake_cycles = 0;    ///< that a gated bank takes longer when it was idle the cycle before
  int activation_bits = 16;         ///< precision at which values rest
  GridRefinement refinement;        ///< of these values
};

/// Cycles that a bank is busy with a grant of `words` words, and those after which the last word is there; `idle`:
/// whether it did nothing in the cycle before.
struct BankTime {
  std::uint64_t busy = 0;
  std::uint64_t last_word = 0;
};
inline BankTime bank_time(const SramConfig& config, std::uint32_t words, bool idle) {
  const std::uint64_t wake = idle && config.idle_leakage_share < 1.0 ? config.wake_cycles : 0;
  return {wake + std::uint64_t{words} * config.word_cycles,
          wake + config.access_cycles + std::uint64_t{words - 1} * config.word_cycles};
}

inline std::uint32_t word_bytes(const SramConfig& config) { return config.word_bits / 8; }
inline std::uint32_t line_bytes(const SramConfig& config) { return config.line_words * word_bytes(config); }
inline std::uint64_t capacity_bytes(const SramConfig& config) {
  return std::uint64_t{1024} * config.bank_kib * config.banks;
}

/// Words of a bank that hold the bytes [address, address + bytes).
inline std::uint32_t words_touched(const SramConfig& config, std::uint64_t address, std::uint32_t bytes) {
  if (bytes == 0) return 0;
  const std::uint32_t width = word_bytes(config);
  return static_cast<std::uint32_t>((address + bytes - 1) / width - address / width + 1);
}

}  // namespace palimpsest
