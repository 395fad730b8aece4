#pragma once

#include <cstdint>
#include <vector>

#include "models/physics/crossbar.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// The part of a linear operation's weights that one tile holds: inputs are rows of the tile, outputs its columns.
struct TileBlock {
  std::uint32_t operation = 0;
  std::uint32_t first_input = 0;
  std::uint32_t inputs = 0;
  std::uint32_t first_output = 0;
  std::uint32_t outputs = 0;
};

/// Which tile holds what: block i is on tile i.
struct TileMap {
  std::vector<TileBlock> blocks;
  std::vector<std::vector<std::uint32_t>> tiles_of_operation;  ///< by operation; empty for those without weights
};

/// Cuts every linear operation into blocks of at most (rows - 1) x (columns - 1) weights, one block per tile: one row
/// and one column are the references. Each block has a tile of its own.
TileMap map_to_tiles(const Network& network, const CrossbarConfig& crossbar);

}  // namespace palimpsest
