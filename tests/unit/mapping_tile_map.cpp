#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cstdint>
#include <vector>

#include "sim/mapping/tile_map.hpp"
#include "tests/support/network_builder.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

Network one_layer(std::uint32_t inputs, std::uint32_t outputs) {
  NetworkBuilder builder({1, inputs});
  builder.linear(0, outputs, "w");
  return builder.network();
}

/// A chip that reads its tiles transposed as well.
Architecture tile_of(std::uint32_t rows, std::uint32_t columns) {
  Architecture architecture;
  architecture.training.backward_products = BackwardProducts::transposed_read;
  architecture.tile.crossbar.rows = rows;
  architecture.tile.crossbar.columns = columns;
  return architecture;
}

}  // namespace

TEST_CASE("127 x 127 weights fit one tile of 128 x 128 exactly") {
  const TileMap map = map_to_tiles(one_layer(127, 127), tile_of(128, 128));
  REQUIRE(map.blocks.size() == 1);
  CHECK(map.blocks[0].first_input == 0);
  CHECK(map.blocks[0].inputs == 127);
  CHECK(map.blocks[0].first_output == 0);
  CHECK(map.blocks[0].outputs == 127);
}

TEST_CASE("One input more takes a second tile of one row") {
  const TileMap map = map_to_tiles(one_layer(128, 127), tile_of(128, 128));
  REQUIRE(map.blocks.size() == 2);
  CHECK(map.blocks[1].first_input == 127);
  CHECK(map.blocks[1].inputs == 1);
  CHECK(map.blocks[1].first_output == 0);
  CHECK(map.blocks[1].outputs == 127);
}

TEST_CASE("One output more takes a second tile of one column") {
  const TileMap map = map_to_tiles(one_layer(127, 128), tile_of(128, 128));
  REQUIRE(map.blocks.size() == 2);
  CHECK(map.blocks[1].first_input == 0);
  CHECK(map.blocks[1].inputs == 127);
  CHECK(map.blocks[1].first_output == 127);
  CHECK(map.blocks[1].outputs == 1);
}

TEST_CASE("Rows hold inputs and columns outputs, each less its reference line") {
  CHECK(map_to_tiles(one_layer(63, 255), tile_of(64, 256)).blocks.size() == 1);
  CHECK(map_to_tiles(one_layer(255, 63), tile_of(64, 256)).blocks.size() == 5);
}

TEST_CASE("The blocks of a layer hold every weight once") {
  const TileMap map = map_to_tiles(one_layer(300, 260), tile_of(128, 100));
  CHECK(map.blocks.size() == 9);
  Eigen::MatrixXi held = Eigen::MatrixXi::Zero(300, 260);
  for (const TileBlock& block : map.blocks) {
    REQUIRE(block.inputs <= 127);
    REQUIRE(block.outputs <= 99);
    REQUIRE(block.first_input + block.inputs <= 300);
    REQUIRE(block.first_output + block.outputs <= 260);
    held.block(block.first_input, block.first_output, block.inputs, block.outputs).array() += 1;
  }
  CHECK((held.array() == 1).all());
}

TEST_CASE("A chip without transposed reads keeps no reference row") {
  Architecture digital = tile_of(128, 128);
  digital.training.backward_products = BackwardProducts::digital;
  CHECK_FALSE(has_reference_row(digital));
  const TileMap map = map_to_tiles(one_layer(128, 127), digital);
  REQUIRE(map.blocks.size() == 1);
  CHECK(map.blocks[0].inputs == 128);
  CHECK(map.blocks[0].outputs == 127);
  CHECK(tiles_needed(one_layer(128, 127), digital) == 1);
  CHECK(tiles_needed(one_layer(129, 127), digital) == 2);
  CHECK(tiles_needed(one_layer(128, 128), digital) == 2);

  CHECK(has_reference_row(tile_of(128, 128)));
  CHECK(tiles_needed(one_layer(128, 127), tile_of(128, 128)) == 2);
}

TEST_CASE("Every weight has tiles of its own, in the order of the first uses, and other operations have none") {
  NetworkBuilder builder({1, 200});
  builder.linear(builder.relu(builder.linear(0, 10, "first")), 130, "second");
  const TileMap map = map_to_tiles(builder.network(), tile_of(128, 128));
  REQUIRE(map.weights.size() == 2);
  CHECK(map.number_of("first") == 0);
  CHECK(map.number_of("second") == 1);
  CHECK(map.weights[0].tiles == std::vector<std::uint32_t>{0, 1});
  CHECK(map.weights[1].tiles == std::vector<std::uint32_t>{2, 3});
  for (const std::uint32_t weight : {0U, 1U}) {
    for (const std::uint32_t tile : map.weights[weight].tiles) {
      CHECK(map.blocks[tile].weight == weight);
      CHECK(map.product(map.blocks[tile]).weight == map.weights[weight].product.weight);
    }
  }
}

TEST_CASE("Operations that share a weight share its tiles") {
  NetworkBuilder builder({2, 130});
  const auto once = builder.linear(0, 130, "w");
  const auto between = builder.linear(builder.gelu(once), 130, "v");
  builder.linear(between, 130, "w");
  const Network network = builder.network();
  const TileMap map = map_to_tiles(network, tile_of(128, 128));
  CHECK(map.blocks.size() == 8);
  CHECK(tiles_needed(network, tile_of(128, 128)) == 8);
  REQUIRE(map.weights.size() == 2);
  const MappedWeight& first = map.mapped(*network.operation(0).array_product());
  const MappedWeight& last = map.mapped(*network.operation(3).array_product());
  CHECK(&first == &last);
  CHECK(first.tiles == std::vector<std::uint32_t>{0, 1, 2, 3});
  CHECK(map.mapped(*network.operation(2).array_product()).tiles == std::vector<std::uint32_t>{4, 5, 6, 7});
}

TEST_CASE("Pairs and slices take columns, references take theirs, and pairs need no reference row") {
  Architecture chip = tile_of(128, 128);
  MappingConfig& mapping = chip.tile.mapping;
  mapping.weights = WeightEncoding::differential;
  CHECK_FALSE(has_reference_row(chip));
  const TileMap pairs = map_to_tiles(one_layer(128, 65), chip);
  REQUIRE(pairs.blocks.size() == 2);
  CHECK(pairs.blocks[0].inputs == 128);
  CHECK(pairs.blocks[0].outputs == 64);
  mapping.slices = 2;
  CHECK(map_to_tiles(one_layer(128, 65), chip).blocks[0].outputs == 32);
  mapping.weights = WeightEncoding::offset;
  // 2 references leave 126 columns: 63 outputs of 2 slices.
  CHECK(map_to_tiles(one_layer(127, 63), chip).blocks.size() == 1);
  CHECK(map_to_tiles(one_layer(127, 64), chip).blocks.size() == 2);
}
