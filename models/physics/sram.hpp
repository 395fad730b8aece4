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
  int activation_bits = 16;         ///< precision at which values rest
  GridRefinement refinement;        ///< of these values
};

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
