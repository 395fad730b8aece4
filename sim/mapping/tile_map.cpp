#include "sim/mapping/tile_map.hpp"

#include <algorithm>
#include <cassert>

#include "models/physics/clock.hpp"

namespace palimpsest {

namespace {

/// The largest block of weights that a tile holds.
struct LargestBlock {
  std::uint32_t inputs = 0;
  std::uint32_t outputs = 0;
};

LargestBlock largest_block(const TileConfig& tile) {
  const std::uint32_t references = reference_columns(tile.mapping);
  const std::uint32_t columns = columns_per_output(tile.mapping);
  assert(columns > 0 && references + columns <= tile.crossbar.columns);
  return {tile.crossbar.rows - (references > 0 ? 1 : 0), (tile.crossbar.columns - references) / columns};
}

}  // namespace

std::uint64_t tiles_needed(const Network& network, const TileConfig& tile) {
  const LargestBlock most = largest_block(tile);
  std::uint64_t tiles = 0;
  for (const Operation& operation : network.operations) {
    if (operation.kind != OperationKind::linear) continue;
    const std::uint64_t inputs = network.shape(operation.inputs[0]).columns;
    tiles += ceil_div(inputs, most.inputs) * ceil_div(std::uint64_t{operation.output.columns}, most.outputs);
  }
  return tiles;
}

TileMap map_to_tiles(const Network& network, const TileConfig& tile) {
  TileMap map;
  map.tiles_of_operation.resize(network.operations.size());
  const auto [most_inputs, most_outputs] = largest_block(tile);
  for (std::uint32_t index = 0; index < network.operations.size(); ++index) {
    const Operation& operation = network.operations[index];
    if (operation.kind != OperationKind::linear) continue;
    const std::uint32_t inputs = network.shape(operation.inputs[0]).columns;
    const std::uint32_t outputs = operation.output.columns;
    for (std::uint32_t input = 0; input < inputs; input += most_inputs) {
      for (std::uint32_t output = 0; output < outputs; output += most_outputs) {
        map.tiles_of_operation[index].push_back(static_cast<std::uint32_t>(map.blocks.size()));
        map.blocks.push_back(
            {index, input, std::min(most_inputs, inputs - input), output, std::min(most_outputs, outputs - output)});
      }
    }
  }
  return map;
}

}  // namespace palimpsest
