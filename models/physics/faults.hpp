#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace palimpsest {

/// Whether a cell can be programmed. A stuck cell stands at its limit: pulses are spent on it and do not move it, and
/// it does not age.
enum class CellState : std::uint8_t { working, stuck_low, stuck_high };

/// A cell by its place in the tile, counted from 0.
struct MappedCell {
  std::uint32_t row = 0;
  std::uint32_t column = 0;
  CellState state = CellState::working;
};

/// Faulty cells: shares drawn cell by cell, and known ones, whose state counts.
struct FaultConfig {
  double stuck_low_share = 0.0;
  double stuck_high_share = 0.0;
  std::map<std::uint32_t, std::vector<MappedCell>> map;  ///< by tile
};

/// State of a cell that drew `uniform`, in (0, 1). Larger shares keep the stuck cells of smaller ones.
CellState drawn_state(const FaultConfig& config, double uniform);

}  // namespace palimpsest
