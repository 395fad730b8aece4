#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/graph/network.hpp"

namespace palimpsest {

/// The part of a weight that one tile holds: inputs are rows of the tile, outputs its columns.
struct TileBlock {
  std::uint32_t weight = 0;  ///< number in the map
  std::uint32_t group = 0;
  std::uint32_t first_input = 0;  ///< of the group
  std::uint32_t inputs = 0;
  std::uint32_t first_output = 0;
  std::uint32_t outputs = 0;
};

/// A weight in the arrays and the tiles that hold it.
struct MappedWeight {
  ArrayProduct product;  ///< of the operation that uses it first
  std::vector<std::uint32_t> tiles;
};

/// Which tile holds what: block i is on tile i. All users of a weight share its tiles.
struct TileMap {
  std::vector<TileBlock> blocks;
  /// Tiles that work in step, by group: those of a weight, or each by itself.
  std::vector<std::vector<std::uint32_t>> groups;
  std::vector<std::uint32_t> group_of;  ///< by tile
  std::vector<MappedWeight> weights;

  std::uint32_t number_of(const std::string& weight) const { return numbers.at(weight); }
  const MappedWeight& mapped(const ArrayProduct& product) const { return weights[number_of(product.weight)]; }
  const ArrayProduct& product(const TileBlock& block) const { return weights[block.weight].product; }

  std::map<std::string, std::uint32_t> numbers;  ///< of weights, by name
};

/// Whether tiles keep a row of zero weights, which transposed reads subtract.
bool has_reference_row(const Architecture& architecture);

/// Tiles that map_to_tiles() takes, without making the map.
std::uint64_t tiles_needed(const Network& network, const Architecture& architecture);

/// Cuts every weight into blocks that fit a tile beside its reference columns and reference row, if it has such. Each
/// block has a tile of its own, in rising order of group, inputs and outputs. The tile must hold one output at least.
TileMap map_to_tiles(const Network& network, const Architecture& architecture);

}  // namespace palimpsest
