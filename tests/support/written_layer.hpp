#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/network/resistive_arrays.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/noisy_cell.hpp"

namespace palimpsest::test {

/// A chip of 4 x 5 tiles: 3 inputs and 4 outputs each.
inline Architecture chip() {
  Architecture architecture;
  architecture.tile.crossbar.rows = 4;
  architecture.tile.crossbar.columns = 5;
  architecture.resistive_memory.cell = noisy_cell();
  architecture.resistive_memory.cell.read_noise = 0.0;
  architecture.write_verify.tolerance_microsiemens = 0.5;
  architecture.write_verify.reference_tolerance_microsiemens = 0.1;
  architecture.write_verify.maximum_cycles = 100'000;
  return architecture;
}

/// One layer of 5 inputs and 6 outputs: 2 x 2 tiles.
inline Network layer() {
  NetworkBuilder builder({1, 5});
  builder.linear(0, 6, "w");
  return builder.network();
}

/// Of that layer, spread evenly from -`largest` to 0.9 `largest`.
inline WeightSet weights(float largest = 0.7F) {
  return {{"w", Eigen::MatrixXf(Eigen::RowVectorXf::LinSpaced(30, -largest, 0.9F * largest)).reshaped(6, 5)}};
}

/// Its weights written to a chip.
struct Written {
  explicit Written(Architecture made, std::uint64_t seed = 1)
      : architecture(std::move(made)),
        network(layer()),
        map(map_to_tiles(network, architecture)),
        arrays(architecture, map, seed),
        writes(arrays.write(weights())) {}

  Architecture architecture;
  Network network;
  TileMap map;
  ResistiveArrays arrays;
  std::vector<ArrayWrite> writes;
};

}  // namespace palimpsest::test
