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

LargestBlock largest_block(const Architecture& architecture) {
  const TileConfig& tile = architecture.tile;
  const std::uint32_t references = reference_columns(tile.mapping);
  const std::uint32_t columns = columns_per_output(tile.mapping);
  assert(columns > 0 && references + columns <= tile.crossbar.columns);
  return {tile.crossbar.rows - (has_reference_row(architecture) ? 1 : 0),
          (tile.crossbar.columns - references) / columns};
}

}  // namespace

bool has_reference_row(const Architecture& architecture) {
  return architecture.training.backward_products == BackwardProducts::transposed_read &&
         reference_columns(architecture.tile.mapping) > 0;
}

std::uint64_t tiles_needed(const Network& network, const Architecture& architecture) {
  const LargestBlock most = largest_block(architecture);
  std::uint64_t tiles = 0;
  for (const Operation* owner : network.weight_owners()) {
    const ArrayProduct& product = *owner->array_product();
    tiles += product.groups * ceil_div(std::uint64_t{product.inputs}, most.inputs) *
             ceil_div(std::uint64_t{product.outputs_of_group()}, most.outputs);
  }
  return tiles;
}

TileMap map_to_tiles(const Network& network, const Architecture& architecture) {
  TileMap map;
  const auto [most_inputs, most_outputs] = largest_block(architecture);
  for (const Operation* owner : network.weight_owners()) {
    const ArrayProduct& product = *owner->array_product();
    const auto number = static_cast<std::uint32_t>(map.weights.size());
    map.numbers.emplace(product.weight, number);
    MappedWeight& weight = map.weights.emplace_back(MappedWeight{product, {}});
    const std::uint32_t outputs = product.outputs_of_group();
    for (std::uint32_t group = 0; group < product.groups; ++group) {
      for (std::uint32_t input = 0; input < product.inputs; input += most_inputs) {
        for (std::uint32_t output = 0; output < outputs; output += most_outputs) {
          const auto tile = static_cast<std::uint32_t>(map.blocks.size());
          if (weight.tiles.empty() || !architecture.data_path.tile_groups) map.groups.emplace_back();
          map.groups.back().push_back(tile);
          map.group_of.push_back(static_cast<std::uint32_t>(map.groups.size() - 1));
          weight.tiles.push_back(tile);
          map.blocks.push_back({number, group, input, std::min(most_inputs, product.inputs - input),
                                group * outputs + output, std::min(most_outputs, outputs - output)});
        }
      }
    }
  }
  return map;
}

}  // namespace palimpsest
