#pragma once

#include <cstdint>
#include <vector>

#include "models/protocol/jobs.hpp"
#include "sim/config/architecture.hpp"
#include "sim/mapping/tile_map.hpp"

namespace palimpsest {

/// Which way vectors go through tiles.
enum class ReadDirection {
  forward,     ///< rows are driven, columns sensed
  transposed,  ///< the other way round
};

/// A block as a read sees it: the elements of the vector that its tile drives, and those of the result that it gives.
struct BlockRead {
  std::uint32_t first_driven = 0;
  std::uint32_t driven = 0;
  std::uint32_t first_given = 0;
  std::uint32_t given = 0;
  std::uint32_t first_of_group = 0;  ///< the first driven element, counted in the group of the weight
};

BlockRead block_read(const TileMap& map, std::uint32_t tile, ReadDirection direction);

/// A job of `tiles`, which are a tile group, without its vectors: passes, lines, wires, and what the lanes do. The
/// lanes add what tiles give for the same elements, and then do `of_element` with each element of a vector's result.
/// Vectors of spikes go forward alone.
TileJob group_job(const Architecture& architecture, const TileMap& map, const std::vector<std::uint32_t>& tiles,
                  ReadDirection direction, const VectorOperations& of_element, LineInputs inputs = LineInputs::codes);

}  // namespace palimpsest
