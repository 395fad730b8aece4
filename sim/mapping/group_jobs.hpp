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

/// Whether the tiles of a weight convert to codes of the same step, those of a calibrated range of the layer or of a
/// fixed one. Where each tile has a range of its own, every conversion is multiplied to come to the step of the sum.
bool share_step(const AdcConfig& adc);

/// Bits of what a tile gives for an element: those of a conversion, and of the sums over passes and slices.
int bits_of_part(const TileConfig& tile, ReadDirection direction, LineInputs inputs = LineInputs::codes);

/// A job of one tile that leaves its conversions as they are, without its vectors: passes and lines.
TileJob tile_job(const Architecture& architecture, const TileMap& map, std::uint32_t tile, ReadDirection direction,
                 LineInputs inputs = LineInputs::codes);

/// A job of `tiles`, which are a tile group, without its vectors: passes, lines, wires, and what the lanes do. The
/// lanes bring conversions to the step of what is stored, add what tiles give for the same elements, and then do
/// `of_element` with each element of a vector's result. Vectors of spikes go forward alone.
TileJob group_job(const Architecture& architecture, const TileMap& map, const std::vector<std::uint32_t>& tiles,
                  ReadDirection direction, const VectorOperations& of_element, LineInputs inputs = LineInputs::codes);

}  // namespace palimpsest
