#include <catch2/catch.hpp>
#include <cstdint>
#include <vector>

#include "sim/mapping/group_jobs.hpp"
#include "tests/support/network_builder.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

// Closed forms of what the tiles of a weight do in step. Tiles hold blocks of at most 4 inputs and 3 outputs.

namespace {

constexpr std::uint64_t activation_bits = 16;
constexpr std::uint64_t gradient_bits = 24;
constexpr std::uint64_t sum_bits = 7 + 8;  // a conversion's, and those of a sum over up to 256 tiles

Architecture small_tiles() {
  Architecture chip;
  chip.training.backward_products = BackwardProducts::transposed_read;
  chip.tile.crossbar.rows = 5;     // a reference row
  chip.tile.crossbar.columns = 4;  // a reference column
  chip.tile.adc.bits = 7;
  chip.tile.dac.bits = 6;
  chip.sram.activation_bits = activation_bits;
  chip.training.gradient_bits = gradient_bits;
  chip.data_path.lanes = {4, 3, 2};
  return chip;
}

/// 7 inputs in blocks of 4 and 3, 8 outputs in blocks of 3, 3 and 2.
Network wide_layer() {
  NetworkBuilder builder({1, 7});
  builder.linear(0, 8, "w");
  return builder.network();
}

Network small_layer() {
  NetworkBuilder builder({1, 4});
  builder.linear(0, 3, "w");
  return builder.network();
}

TileJob job_of(const Architecture& chip, const Network& network, ReadDirection direction,
               const VectorOperations& of_element = {}) {
  const TileMap map = map_to_tiles(network, chip);
  return group_job(chip, map, map.weights.at(0).tiles, direction, of_element);
}

void check(const VectorOperations& found, const VectorOperations& expected) {
  CHECK(found.adds == expected.adds);
  CHECK(found.macs == expected.macs);
  CHECK(found.lookups == expected.lookups);
  CHECK(found.moves == expected.moves);
}

}  // namespace

TEST_CASE("A group's lines are those of its tiles, and its passes those of each") {
  Architecture chip = small_tiles();
  const TileJob forward = job_of(chip, wide_layer(), ReadDirection::forward);
  CHECK(forward.passes == 1);
  CHECK(forward.driven_lines == 3 * (4 + 3));
  CHECK(forward.sensed_lines == 2 * (3 + 3 + 2));
  CHECK(forward.reference_lines == 6);
  CHECK(forward.most_driven_lines == 4);
  CHECK(forward.most_sensed_lines == 3);
  CHECK(forward.shift_adds == 0);

  const TileJob transposed = job_of(chip, wide_layer(), ReadDirection::transposed);
  CHECK(transposed.passes == 1);
  CHECK(transposed.driven_lines == 2 * (3 + 3 + 2));
  CHECK(transposed.sensed_lines == 3 * (4 + 3));
  CHECK(transposed.reference_lines == 6);
  CHECK(transposed.most_driven_lines == 3);
  CHECK(transposed.most_sensed_lines == 4);

  // Two references and three outputs of two columns.
  chip.tile.mapping.slices = 2;
  chip.tile.mapping.inputs = InputEncoding::bit_serial;
  chip.tile.crossbar.columns = 8;
  const TileJob sliced = job_of(chip, wide_layer(), ReadDirection::forward);
  CHECK(sliced.passes == 6);
  CHECK(sliced.sensed_lines == 2 * 2 * (3 + 3 + 2));
  CHECK(sliced.most_sensed_lines == 2 * 3);
  CHECK(sliced.reference_lines == 6 * 2);
  CHECK(sliced.shift_adds == sliced.sensed_lines);
  CHECK(job_of(chip, wide_layer(), ReadDirection::transposed).passes == 6 * 2);
}

// A part of the vector goes past the tiles of the parts before it, then along those that it is for; a sum goes from one
// tile to the next.
TEST_CASE("Between the tiles of a group go the vector and sums, bit by bit and tile by tile") {
  const Architecture chip = small_tiles();
  CHECK(job_of(chip, wide_layer(), ReadDirection::forward).group_wire_bits ==
        activation_bits * (4 * (0 + 2) + 3 * (1 + 2)) + sum_bits * 1 * 8);
  CHECK(job_of(chip, wide_layer(), ReadDirection::transposed).group_wire_bits ==
        gradient_bits * (3 * (0 + 1) + 3 * (1 + 1) + 2 * (2 + 1)) + sum_bits * 2 * 7);
}

TEST_CASE("Lanes add what the tiles of a group give for the same elements, and then do what is fused") {
  const Architecture chip = small_tiles();
  // 8 outputs of 2 tiles each, every conversion multiplied.
  const TileJob bare = job_of(chip, wide_layer(), ReadDirection::forward);
  check(bare.lane_operations, {0, 2 * 8, 0, 0});
  CHECK(bare.lane_cycles == 1 * 2);  // 3 elements on 4 lanes, steps of 2 cycles
  CHECK(bare.lane_latency == (3 + 1) * 2);

  const TileJob fused = job_of(chip, wide_layer(), ReadDirection::forward, {1, 2, 3, 4});
  check(fused.lane_operations, {8, (2 + 2) * 8, 3 * 8, 4 * 8});
  CHECK(fused.lane_cycles == 9 * 2);  // 3 x (10 + 1) operations on 4 lanes
  CHECK(fused.lane_latency == (3 + 1) * 2);

  // 7 inputs' gradients of 3 tiles each: a tile adds what it has to the sum that comes to it, whichever it is.
  const TileJob transposed = job_of(chip, wide_layer(), ReadDirection::transposed);
  check(transposed.lane_operations, {0, 3 * 7, 0, 0});
  CHECK(transposed.lane_cycles == 1 * 2);
  CHECK(transposed.lane_latency == (3 + 2) * 2);
}

TEST_CASE("Conversions of a range that tiles share are added as they are, and their sum is multiplied once") {
  Architecture chip = small_tiles();
  for (const AdcRange range : {AdcRange::per_layer, AdcRange::fixed}) {
    chip.tile.adc.range = range;
    const TileJob bare = job_of(chip, wide_layer(), ReadDirection::forward);
    check(bare.lane_operations, {8, 8, 0, 0});
    CHECK(bare.lane_cycles == 2 * 2);  // 3 elements x 2 on 4 lanes, of the tile that has the whole sum
    check(job_of(chip, wide_layer(), ReadDirection::transposed).lane_operations, {2 * 7, 7, 0, 0});
    check(job_of(chip, small_layer(), ReadDirection::forward).lane_operations, {0, 3, 0, 0});
  }
}

TEST_CASE("A tile by itself has nothing to add and nothing to send, but brings conversions to the step of values") {
  const Architecture chip = small_tiles();
  for (const bool forward : {true, false}) {
    const ReadDirection direction = forward ? ReadDirection::forward : ReadDirection::transposed;
    const TileJob job = job_of(chip, small_layer(), direction);
    check(job.lane_operations, {0, forward ? 3U : 4U, 0, 0});
    CHECK(job.lane_cycles == 1 * 2);
    CHECK(job.lane_latency == 3 * 2);
    CHECK(job.group_wire_bits == 0);
  }
  const TileJob fused = job_of(chip, small_layer(), ReadDirection::forward, {0, 1, 1, 0});
  check(fused.lane_operations, {0, 2 * 3, 3, 0});
  CHECK(fused.lane_cycles == 3 * 2);  // 3 x 3 operations on 4 lanes
  CHECK(fused.lane_latency == 3 * 2);
  CHECK(fused.group_wire_bits == 0);
}

TEST_CASE("A tile whose conversions go to the SRAM buffer as they are does nothing with them") {
  const Architecture chip = small_tiles();
  const Network network = wide_layer();
  const TileMap map = map_to_tiles(network, chip);
  const TileJob job = tile_job(chip, map, 0, ReadDirection::forward);
  CHECK(job.driven_lines == 4);
  CHECK(job.sensed_lines == 3);
  CHECK(job.passes == 1);
  CHECK(job.lane_operations.total() == 0);
  CHECK(job.lane_cycles == 0);
  CHECK(job.lane_latency == 0);
}

// A conversion has 7 bits, a code of the DACs 6.
TEST_CASE("What a tile gives for an element is as wide as the sums over passes and slices need") {
  TileConfig tile = small_tiles().tile;
  const auto forward = [&tile] { return bits_of_part(tile, ReadDirection::forward); };
  CHECK(forward() == 7);
  tile.mapping.inputs = InputEncoding::two_pass;
  CHECK(forward() == 8);
  tile.mapping.inputs = InputEncoding::bit_serial;
  CHECK(forward() == 7 + 6);
  CHECK(bits_of_part(tile, ReadDirection::forward, LineInputs::spikes) == 7);
  tile.mapping.slices = 3;
  tile.mapping.bits_per_slice = 2;
  CHECK(forward() == 7 + 6 + 5);  // 1 + 4 + 16 times
  tile.mapping.weights = WeightEncoding::differential;
  CHECK(forward() == 7 + 6 + 5);
  CHECK(bits_of_part(tile, ReadDirection::transposed) == 7 + 6 + 5 + 1);  // the devices of a pair in turn
}

// Windows of 3 pixels of 4 channels in two groups: each has 6 inputs in blocks of 4 and 2, and 4 outputs in blocks of 3
// and 1.
TEST_CASE("Groups of a convolution have their own inputs and outputs, and add nothing to each other's") {
  NetworkBuilder builder({4, 1, 3});
  builder.conv2d(0, "k", {8, 2, 1, 3}, 2);
  const Network network = builder.network();
  const Architecture chip = small_tiles();
  REQUIRE(map_to_tiles(network, chip).blocks.size() == 8);
  const TileJob forward = job_of(chip, network, ReadDirection::forward);
  CHECK(forward.driven_lines == 2 * 2 * (4 + 2));
  CHECK(forward.sensed_lines == 2 * 2 * (3 + 1));
  check(forward.lane_operations, {0, 2 * 8, 0, 0});
  CHECK(forward.group_wire_bits == 2 * (activation_bits * (4 * (0 + 1) + 2 * (1 + 1)) + sum_bits * 4));
  const TileJob transposed = job_of(chip, network, ReadDirection::transposed);
  check(transposed.lane_operations, {0, 2 * 12, 0, 0});
  CHECK(transposed.group_wire_bits == 2 * (gradient_bits * (3 * (0 + 1) + 1 * (1 + 1)) + sum_bits * 6));
}

TEST_CASE("A block's read drives its part of the vector and gives its part of the result, counted over all groups") {
  NetworkBuilder builder({4, 1, 3});
  builder.conv2d(0, "k", {8, 2, 1, 3}, 2);
  const TileMap map = map_to_tiles(builder.network(), small_tiles());
  // The last block: the second group's second part of inputs and of outputs.
  const BlockRead forward = block_read(map, 7, ReadDirection::forward);
  CHECK(forward.first_driven == 6 + 4);
  CHECK(forward.driven == 2);
  CHECK(forward.first_given == 4 + 3);
  CHECK(forward.given == 1);
  CHECK(forward.first_of_group == 4);
  const BlockRead transposed = block_read(map, 7, ReadDirection::transposed);
  CHECK(transposed.first_driven == 4 + 3);
  CHECK(transposed.first_given == 6 + 4);
  CHECK(transposed.first_of_group == 3);
}

TEST_CASE("Codes are compared with zero where that gates their lines, once for a vector") {
  Architecture chip = small_tiles();
  const auto checks = [&chip](ReadDirection direction, LineInputs inputs = LineInputs::codes) {
    const Network network = wide_layer();
    const TileMap map = map_to_tiles(network, chip);
    return group_job(chip, map, map.weights.at(0).tiles, direction, {}, inputs).zero_checks;
  };
  for (const GatedInputs gated : {GatedInputs::none, GatedInputs::spikes}) {
    chip.tile.dac.gated_inputs = gated;
    CHECK(checks(ReadDirection::forward) == 0);
  }
  chip.tile.dac.gated_inputs = GatedInputs::all;
  CHECK(checks(ReadDirection::forward) == 3 * (4 + 3));
  CHECK(checks(ReadDirection::forward, LineInputs::spikes) == 0);
  CHECK(checks(ReadDirection::transposed) == 0);
  chip.tile.mapping.inputs = InputEncoding::two_pass;
  CHECK(checks(ReadDirection::forward) == 3 * (4 + 3));
  const Network network = wide_layer();
  CHECK(tile_job(chip, map_to_tiles(network, chip), 0, ReadDirection::forward).zero_checks == 4);
  chip.tile.mapping.inputs = InputEncoding::bit_serial;
  CHECK(checks(ReadDirection::forward) == 0);
}
