#pragma once

#include <cstdint>
#include <vector>

#include "models/physics/tile_config.hpp"
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

/// Tiles that map_to_tiles() takes, without making the map.
std::uint64_t tiles_needed(const Network& network, const TileConfig& tile);

/// Cuts every linear operation into blocks that fit a tile beside its reference columns and, if it has such, a
/// reference row. Each block has a tile of its own. The tile must hold one output at least.
TileMap map_to_tiles(const Network& network, const TileConfig& tile);

}  // namespace palimpsest
