#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/numpy_reference.hpp"
#include "tests/support/write_sums.hpp"
#include "tests/support/written_layer.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

/// Two layers of one input, of 5 inputs and 6 outputs each.
Network two_layers(const std::string& first, const std::string& second) {
  NetworkBuilder builder({1, 5});
  const auto one = builder.linear(0, 6, first);
  builder.sum(one, builder.linear(0, 6, second));
  return builder.network();
}

std::uint64_t verify_reads(const std::vector<ArrayWrite>& writes) {
  std::uint64_t reads = 0;
  for (const ArrayWrite& write : writes) reads += write_sums(write).reads;
  return reads;
}

}  // namespace

TEST_CASE("Stored weights are the written ones within the tolerance of their cells") {
  const Written chip_with_weights(chip());
  const float tolerance = 0.5F * 0.7F / 35.0F;
  const WeightSet stored = chip_with_weights.arrays.stored_weights();
  REQUIRE(stored.size() == 1);
  const float difference = largest_difference(stored.at("w"), weights().at("w"));
  CHECK(difference <= 1.001F * tolerance);
  CHECK(difference > 0.0F);
}

TEST_CASE("A layer's scale comes from all its tiles, so its largest weight alone reaches the window's edge") {
  const Written chip_with_weights(chip());
  CHECK(chip_with_weights.arrays.weight_columns(0).weight_per_microsiemens(0) == Approx(0.7 / 35.0).epsilon(1e-6));
}

TEST_CASE("A block's conductances end with its reference column") {
  const Written chip_with_weights(chip());
  const std::vector<std::pair<Eigen::Index, Eigen::Index>> sizes = {{3, 5}, {3, 3}, {2, 5}, {2, 3}};
  for (std::uint32_t tile = 0; tile < 4; ++tile) {
    const Eigen::MatrixXf conductances = chip_with_weights.arrays.block_conductances(tile);
    CHECK(conductances.rows() == sizes[tile].first);
    REQUIRE(conductances.cols() == sizes[tile].second);
    CHECK(largest_difference(conductances.rightCols(1), Eigen::MatrixXf::Constant(conductances.rows(), 1, 45.0F)) <=
          0.1001F);
  }
}

TEST_CASE("A tile's rows are inputs and its columns outputs") {
  const Written chip_with_weights(chip());
  // Tile 1 holds inputs 0..2 of outputs 4 and 5.
  const Eigen::MatrixXf expected = 45.0F + 50.0F * weights().at("w").block(4, 0, 2, 3).transpose().array();
  CHECK(largest_difference(chip_with_weights.arrays.block_conductances(1).leftCols(2), expected) <= 0.5001F);
}

TEST_CASE("Cells in use include the reference column, and the reference row where the chip reads transposed") {
  Architecture architecture = chip();
  architecture.training.backward_products = BackwardProducts::transposed_read;
  // Blocks of 3 x 4, 3 x 2, 2 x 4, 2 x 2 weights.
  CHECK(Written(architecture).arrays.cells() == 4 * 5 + 4 * 3 + 3 * 5 + 3 * 3);
  architecture.training.backward_products = BackwardProducts::digital;
  CHECK(Written(architecture).arrays.cells() == 3 * 5 + 3 * 3 + 2 * 5 + 2 * 3);
}

TEST_CASE("A transposed read drives the block's columns, not the reference column, and senses the reference row") {
  Architecture architecture = chip();
  architecture.write_verify.tolerance_microsiemens = 0.05;
  architecture.write_verify.reference_tolerance_microsiemens = 0.05;
  const Written chip_with_weights(architecture);
  const double weights_and_row = (45.0F + 50.0F * weights().at("w").block(0, 0, 4, 3).array()).sum() + 4 * 45.0;
  const ReadPower power = chip_with_weights.arrays.transposed_read_power(0);
  CHECK(std::abs(power.dissipated_microwatt / (0.2 * 0.2 / 3.0) - weights_and_row) <= 16 * 0.05);
  // The driven lines' half of the supply's current is half the full scale on all of them; the rest is of the sensed.
  CHECK(power.supply_microampere > 0.1 * weights_and_row / 2.0);
  CHECK(power.supply_microampere < 0.1 * weights_and_row);
}

TEST_CASE("A write addresses every cell and a read back reads each once") {
  const Written chip_with_weights(chip());
  std::uint64_t cells = 0;
  for (const ArrayWrite& write : chip_with_weights.writes) {
    cells += write.rounds.cells;
  }
  CHECK(chip_with_weights.writes.size() == 4);
  CHECK(cells == chip_with_weights.arrays.cells());
  CHECK(chip_with_weights.arrays.read_back().size() == 4);
  CHECK(verify_reads(chip_with_weights.arrays.read_back()) == chip_with_weights.arrays.cells());
}

TEST_CASE("The same seed writes the same cells, another seed others") {
  const Eigen::MatrixXf first = Written(chip(), 1).arrays.stored_weights().at("w");
  CHECK(identical(Written(chip(), 1).arrays.stored_weights().at("w"), first));
  CHECK_FALSE(identical(Written(chip(), 2).arrays.stored_weights().at("w"), first));
}

TEST_CASE("Tiles with the same weights draw apart from each other") {
  Architecture architecture = chip();
  architecture.training.backward_products = BackwardProducts::digital;
  const Network network = two_layers("w", "v");
  const TileMap map = map_to_tiles(network, architecture);
  ResistiveArrays arrays(architecture, map, 1);
  arrays.write({{"w", weights().at("w")}, {"v", weights().at("w")}});
  CHECK_FALSE(identical(arrays.block_conductances(0), arrays.block_conductances(4)));
}

TEST_CASE("A weight that two layers share is in the arrays once") {
  const Architecture architecture = chip();
  const Network network = two_layers("w", "w");
  const TileMap map = map_to_tiles(network, architecture);
  ResistiveArrays arrays(architecture, map, 1);
  CHECK(arrays.write(weights()).size() == 4);
  const Written alone(architecture);
  CHECK(arrays.cells() == alone.arrays.cells());
  CHECK(identical(arrays.stored_weights().at("w"), alone.arrays.stored_weights().at("w")));
}

TEST_CASE("A second write of the same weights neither reads nor pulses a cell, whatever the read noise") {
  Architecture architecture = chip();
  architecture.resistive_memory.cell.read_noise = 0.05;
  Written chip_with_weights(architecture);
  const Eigen::MatrixXf before = chip_with_weights.arrays.stored_weights().at("w");
  for (const ArrayWrite& write : chip_with_weights.arrays.write(weights())) CHECK(write.rounds.empty());
  CHECK(identical(chip_with_weights.arrays.stored_weights().at("w"), before));
}

TEST_CASE("Weights that are what was read back keep their cells' targets and a changed one alone moves") {
  Architecture architecture = chip();
  architecture.resistive_memory.cell.read_noise = 0.05;
  const WeightEncoding encoding = GENERATE(WeightEncoding::offset, WeightEncoding::differential);
  architecture.tile.mapping.weights = encoding;
  architecture.tile.crossbar.columns = 12;
  Written chip_with_weights(architecture);
  ResistiveArrays& arrays = chip_with_weights.arrays;
  const WeightSet held = arrays.stored_weights();
  CHECK_FALSE(arrays.differ(held, held));
  for (const ArrayWrite& write : arrays.write(held, held)) CHECK(write.rounds.empty());

  // A weight of 0.49, which stays positive: of a pair one cell changes.
  WeightSet next = held;
  next.at("w")(2, 4) -= 0.4F;
  REQUIRE(arrays.differ(next, held));
  const std::vector<ArrayWrite> writes = arrays.write(next, held);
  std::uint64_t cells = 0;
  for (const ArrayWrite& write : writes) cells += write_sums(write).cells;
  CHECK(cells == 1);
  const Eigen::MatrixXf change = arrays.stored_weights().at("w") - held.at("w");
  CHECK((change.array() != 0.0F).count() == 1);
  CHECK(change(2, 4) < 0.0F);
}

TEST_CASE("A kept scale clips what outgrows it, and a scale per write follows") {
  Architecture architecture = chip();
  architecture.tile.mapping.weights = GENERATE(WeightEncoding::offset, WeightEncoding::differential);
  architecture.tile.mapping.slices = GENERATE(1U, 2U);
  architecture.tile.crossbar.columns = 24;
  WeightSet grown = weights();
  grown.at("w") *= 1.5F;
  // Of -1.05 .. 0.945 in 30 even steps: those beyond 0.7.
  const auto beyond = static_cast<std::uint64_t>((grown.at("w").array().abs() > 0.7F).count());
  const auto clipped = [](const std::vector<ArrayWrite>& writes) {
    std::uint64_t sum = 0;
    for (const ArrayWrite& write : writes) sum += write.clipped_weights;
    return sum;
  };
  Written kept(architecture);
  const double scale = kept.arrays.weight_columns(0).weight_per_microsiemens(0);
  CHECK(clipped(kept.writes) == 0);
  CHECK(clipped(kept.arrays.write(grown, weights())) == beyond);
  CHECK(kept.arrays.weight_columns(0).weight_per_microsiemens(0) == scale);
  CHECK(kept.arrays.stored_weights().at("w").cwiseAbs().maxCoeff() < 0.75F);
  WeightSet within = grown;
  within.at("w")(0, 0) = 0.1F;
  CHECK(clipped(kept.arrays.write(within, grown)) == 0);

  architecture.tile.mapping.headroom = 1.5;
  Written roomy(architecture);
  CHECK(roomy.arrays.weight_columns(0).weight_per_microsiemens(0) == Approx(1.5 * scale));
  CHECK(clipped(roomy.arrays.write(grown, weights())) == 0);

  architecture.tile.mapping.headroom = 1.0;
  architecture.tile.mapping.scale = WeightScale::per_write;
  Written following(architecture);
  CHECK(clipped(following.arrays.write(grown, weights())) == 0);
  CHECK(following.arrays.weight_columns(0).weight_per_microsiemens(0) == Approx(1.5 * scale));
}

TEST_CASE("A layer of zeros has its scale from the first write with other weights") {
  Architecture architecture = chip();
  const Network network = layer();
  const TileMap map = map_to_tiles(network, architecture);
  ResistiveArrays arrays(architecture, map, 1);
  const WeightSet zeros = {{"w", Eigen::MatrixXf::Zero(6, 5)}};
  arrays.write(zeros);
  arrays.write(weights(), zeros);
  CHECK(arrays.weight_columns(0).weight_per_microsiemens(0) == Approx(0.7 / 35.0).epsilon(1e-6));
}

TEST_CASE("A layer that is not what it was leaves the others alone") {
  Architecture architecture = chip();
  const Network network = two_layers("w", "v");
  const TileMap map = map_to_tiles(network, architecture);
  ResistiveArrays arrays(architecture, map, 1);
  const WeightSet first = {{"w", weights().at("w")}, {"v", weights().at("w")}};
  arrays.write(first);
  WeightSet next = first;
  next.at("v") *= -1.0F;
  const std::vector<ArrayWrite> writes = arrays.write(next, first);
  for (std::uint32_t tile = 0; tile < 4; ++tile) {
    CHECK(writes[tile].rounds.empty());
    CHECK_FALSE(writes[tile + 4].rounds.empty());
  }
}

TEST_CASE("Arrays are rewritten with other weights and wear on") {
  // With the same tolerance for all cells, no reference cell that stays put is the most worn one.
  Architecture architecture = chip();
  architecture.write_verify.reference_tolerance_microsiemens = 0.5;
  Written chip_with_weights(architecture);
  const std::uint64_t pulses = chip_with_weights.arrays.wear().all_kinds().largest_pulse_count;
  WeightSet other = weights();
  other.at("w") = -0.5F * other.at("w");
  for (int write = 0; write < 3; ++write) {
    chip_with_weights.arrays.write(weights());
    chip_with_weights.arrays.write(other);
  }
  CHECK(largest_difference(chip_with_weights.arrays.stored_weights().at("w"), other.at("w")) <=
        1.001F * 0.5F * 0.7F / 35.0F);
  CHECK(chip_with_weights.arrays.wear().all_kinds().largest_pulse_count > pulses);
}

TEST_CASE("Every write of the arrays draws anew") {
  // One pulse a write: a RESET that empties every cell down to the limit, then a SET from there.
  Architecture architecture = chip();
  architecture.resistive_memory.cell.soft_bound.reset_step_microsiemens = 1e6;
  architecture.resistive_memory.cell.soft_bound.cycle_to_cycle = 0.1;
  architecture.write_verify.maximum_cycles = 1;
  architecture.write_verify.tolerance_microsiemens = 0.0;
  const WeightSet high = {{"w", Eigen::MatrixXf::Constant(6, 5, 0.7F)}};
  const WeightSet low = {{"w", Eigen::MatrixXf::Constant(6, 5, -0.7F)}};
  const Network network = layer();
  const TileMap map = map_to_tiles(network, architecture);
  ResistiveArrays arrays(architecture, map, 1);
  arrays.write(high);
  std::vector<Eigen::MatrixXf> emptied;
  std::vector<Eigen::MatrixXf> filled;
  for (int round = 0; round < 2; ++round) {
    arrays.write(low);
    emptied.push_back(arrays.stored_weights().at("w"));
    arrays.write(high);
    filled.push_back(arrays.stored_weights().at("w"));
  }
  REQUIRE(identical(emptied[0], emptied[1]));
  CHECK_FALSE(identical(filled[0], filled[1]));
}

TEST_CASE("Weights of zero stand at the conductance of zero") {
  Written chip_with_weights(chip());
  chip_with_weights.arrays.write({{"w", Eigen::MatrixXf::Zero(6, 5)}});
  const Eigen::MatrixXf conductances = chip_with_weights.arrays.block_conductances(0);
  CHECK(largest_difference(conductances, Eigen::MatrixXf::Constant(3, 5, 45.0F)) <= 0.5001F);
}

TEST_CASE("Stored weights, read-back and transposed reads are those of the aged cells") {
  Architecture architecture = chip();
  architecture.resistive_memory.cell.retention.exponent = 0.1;
  Written chip_with_weights(architecture);
  ResistiveArrays& arrays = chip_with_weights.arrays;
  // The cell of the lowest weight was never pulsed and would not age; now that weight is the largest.
  arrays.write({{"w", -weights().at("w")}});
  const Eigen::MatrixXf fresh = arrays.block_conductances(0);
  const double fresh_read = arrays.read_back()[0].verified_microsiemens;
  const double per_microsiemens = 0.2 * 0.2 / 3.0;
  const double fresh_sum = arrays.transposed_read_power(0).dissipated_microwatt / per_microsiemens;
  const Eigen::MatrixXf fresh_weights = arrays.stored_weights().at("w");
  const Eigen::MatrixXf ahead = arrays.block_conductances(0, 1000.0);
  CHECK(identical(arrays.block_conductances(0), fresh));
  arrays.advance(1000.0);
  const auto left = static_cast<float>(std::pow(1000.0, -0.1));
  CHECK(identical(arrays.block_conductances(0), ahead));
  CHECK(largest_difference(ahead, 5.0F + left * (fresh.array() - 5.0F)) < 1e-4F);
  CHECK(arrays.transposed_read_power(0).dissipated_microwatt / per_microsiemens ==
        Approx(16 * 5.0 + double{left} * (fresh_sum - 16 * 5.0)));
  CHECK(arrays.read_back()[0].verified_microsiemens == Approx(20 * 5.0 + double{left} * (fresh_read - 20 * 5.0)));
  // A weight of w stands at 45 uS + 50 uS w.
  CHECK(largest_difference(arrays.stored_weights().at("w"),
                           (5.0F + left * (40.0F + 50.0F * fresh_weights.array()) - 45.0F) / 50.0F) < 1e-5F);
}

TEST_CASE("Reads are counted by tile") {
  Architecture architecture = chip();
  architecture.resistive_memory.cell.retention.read_disturb_per_read = 0.01;
  Written chip_with_weights(architecture);
  ResistiveArrays& arrays = chip_with_weights.arrays;
  const Eigen::MatrixXf first = arrays.block_conductances(0);
  const Eigen::MatrixXf second = arrays.block_conductances(1);
  arrays.add_reads({0, 5, 0, 0}, 4);
  CHECK(identical(arrays.block_conductances(0), first));
  const auto left = static_cast<float>(std::pow(0.99, 20));
  CHECK(largest_difference(arrays.block_conductances(1), 90.0F - left * (90.0F - second.array())) < 1e-4F);
}

TEST_CASE("Cells written again are fresh, cells that were left alone are as old as their write") {
  Architecture architecture = chip();
  architecture.resistive_memory.cell.retention.exponent = 0.01;
  Written chip_with_weights(architecture);
  ResistiveArrays& arrays = chip_with_weights.arrays;
  const Eigen::MatrixXf first = arrays.block_conductances(0);
  WeightSet other = weights();
  // Output 0 changes by 10 uS.
  other.at("w").row(0).array() -= 0.2F;
  other.at("w")(0, 0) = 0.7F;
  arrays.advance(2.0);
  arrays.write(other);
  const Eigen::MatrixXf second = arrays.block_conductances(0);
  arrays.advance(2.0);
  const Eigen::MatrixXf third = arrays.block_conductances(0);
  const auto aged = [](const Eigen::MatrixXf& conductances, double seconds) -> Eigen::MatrixXf {
    return 5.0F + static_cast<float>(std::pow(seconds, -0.01)) * (conductances.array() - 5.0F);
  };
  CHECK(largest_difference(third.col(0), aged(second.col(0), 2.0)) < 1e-4F);
  std::size_t kept = 0;
  for (Eigen::Index cell = 0; cell < first.size(); ++cell) {
    const Eigen::MatrixXf now = second.reshaped().segment(cell, 1);
    if (largest_difference(now, aged(first.reshaped().segment(cell, 1), 2.0)) > 1e-4F) continue;
    ++kept;
    CHECK(largest_difference(third.reshaped().segment(cell, 1), aged(first.reshaped().segment(cell, 1), 4.0)) < 1e-4F);
  }
  CHECK(kept >= 3);
}
