#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cstdint>

#include "sim/mapping/tile_map.hpp"

using namespace palimpsest;

namespace {

Operation linear(std::uint32_t input, std::uint32_t outputs) {
  Operation operation;
  operation.kind = OperationKind::linear;
  operation.inputs = {input};
  operation.output = {1, outputs};
  return operation;
}

Network one_layer(std::uint32_t inputs, std::uint32_t outputs) {
  Network network;
  network.input = {1, inputs};
  network.operations = {linear(0, outputs)};
  network.output = 1;
  return network;
}

TileConfig tile_of(std::uint32_t rows, std::uint32_t columns) {
  TileConfig config;
  config.crossbar.rows = rows;
  config.crossbar.columns = columns;
  return config;
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

TEST_CASE("Every linear operation has tiles of its own and others have none") {
  Network network = one_layer(200, 10);
  Operation relu;
  relu.kind = OperationKind::relu;
  relu.inputs = {1};
  relu.output = {1, 10};
  network.operations.push_back(relu);
  network.operations.push_back(linear(2, 130));
  network.output = 3;
  const TileMap map = map_to_tiles(network, tile_of(128, 128));
  REQUIRE(map.tiles_of_operation.size() == 3);
  CHECK(map.tiles_of_operation[0] == std::vector<std::uint32_t>{0, 1});
  CHECK(map.tiles_of_operation[1].empty());
  CHECK(map.tiles_of_operation[2] == std::vector<std::uint32_t>{2, 3});
  for (const std::uint32_t operation : {0U, 2U}) {
    for (const std::uint32_t tile : map.tiles_of_operation[operation]) {
      CHECK(map.blocks[tile].operation == operation);
    }
  }
}

TEST_CASE("Pairs and slices take columns, references take theirs, and pairs need no reference row") {
  TileConfig tile = tile_of(128, 128);
  tile.mapping.weights = WeightEncoding::differential;
  const TileMap pairs = map_to_tiles(one_layer(128, 65), tile);
  REQUIRE(pairs.blocks.size() == 2);
  CHECK(pairs.blocks[0].inputs == 128);
  CHECK(pairs.blocks[0].outputs == 64);
  tile.mapping.slices = 2;
  CHECK(map_to_tiles(one_layer(128, 65), tile).blocks[0].outputs == 32);
  tile.mapping.weights = WeightEncoding::offset;
  // 2 references leave 126 columns: 63 outputs of 2 slices.
  CHECK(map_to_tiles(one_layer(127, 63), tile).blocks.size() == 1);
  CHECK(map_to_tiles(one_layer(127, 64), tile).blocks.size() == 2);
}
