#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>

#include "sim/network/resistive_arrays.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/noisy_cell.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

// What a tile holds beside its weights, and what a transposed read takes of it. A layer of 24 inputs and 10 outputs on
// one tile.

namespace {

constexpr Eigen::Index inputs = 24;
constexpr Eigen::Index outputs = 10;

/// Weights may be 10 uS off, references 0.05.
Architecture chip(std::uint32_t slices, BackwardProducts products) {
  Architecture architecture;
  architecture.resistive_memory.cell = noisy_cell();
  architecture.resistive_memory.cell.read_noise = 0.0;
  architecture.write_verify.tolerance_microsiemens = 10.0;
  architecture.write_verify.reference_tolerance_microsiemens = 0.05;
  architecture.write_verify.maximum_cycles = 1'000'000;
  architecture.tile.mapping.slices = slices;
  architecture.training.backward_products = products;
  return architecture;
}

struct Written {
  explicit Written(const Architecture& made)
      : architecture(made), network(layer()), map(map_to_tiles(network, architecture)), arrays(architecture, map, 1) {
    const auto last = static_cast<float>(inputs * outputs);
    arrays.write({{"w", Eigen::RowVectorXf::LinSpaced(inputs * outputs, -last, last).reshaped(outputs, inputs)}});
  }

  static Network layer() {
    NetworkBuilder builder({1, inputs});
    builder.linear(0, outputs, "w");
    return builder.network();
  }

  Architecture architecture;
  Network network;
  TileMap map;
  ResistiveArrays arrays;
};

float furthest(const Eigen::MatrixXf& conductances, const Eigen::MatrixXf& targets) {
  return (conductances - targets).cwiseAbs().maxCoeff();
}

}  // namespace

TEST_CASE("Reference columns are written to their own tolerance, weights to theirs") {
  const auto products = GENERATE(BackwardProducts::transposed_read, BackwardProducts::digital);
  const std::uint32_t slices = GENERATE(1U, 2U);
  const Written written(chip(slices, products));
  const Eigen::MatrixXf conductances = written.arrays.block_conductances(0);
  REQUIRE(conductances.cols() == slices * (outputs + 1));
  const Eigen::MatrixXf zeros = written.arrays.weight_columns(0).zero_targets(outputs).replicate(inputs, 1);
  CHECK(furthest(conductances.rightCols(slices), zeros.rightCols(slices)) < 0.0501F);
  if (slices > 1) return;
  // From the window's low edge to as far above the zero of 45 uS.
  const Eigen::MatrixXf weights = conductances.leftCols(outputs);
  const Eigen::RowVectorXf rising = Eigen::RowVectorXf::LinSpaced(inputs * outputs, 10.0F, 80.0F);
  const Eigen::MatrixXf targets = rising.reshaped(outputs, inputs).transpose();
  const Eigen::MatrixXf deviations = (weights - targets).cwiseAbs();
  CHECK(deviations.maxCoeff() < 10.001F);
  CHECK(deviations.colwise().maxCoeff().minCoeff() > 0.5F);
}

TEST_CASE("The reference row is written to the references' tolerance, at the conductance of a weight of zero") {
  const std::uint32_t slices = GENERATE(1U, 2U);
  const Written written(chip(slices, BackwardProducts::transposed_read));
  const Eigen::Index columns = slices * outputs;
  // What a transposed read heats, without the block's share of it, is the row's: 0.2 V at full scale.
  const double all = written.arrays.transposed_read_power(0).dissipated_microwatt / (0.2 * 0.2 / 3.0);
  const double row = all - written.arrays.block_conductances(0).leftCols(columns).cast<double>().sum();
  const double targets = written.arrays.weight_columns(0).zero_targets(outputs).leftCols(columns).cast<double>().sum();
  CHECK(std::abs(row - targets) < 0.05 * static_cast<double>(columns) + 0.01);
}

TEST_CASE("A transposed read of several slices drives one after the other") {
  Architecture architecture = chip(2, BackwardProducts::digital);
  architecture.tile.mapping.weights = GENERATE(WeightEncoding::offset, WeightEncoding::differential);
  const Written written(architecture);
  const bool pairs = architecture.tile.mapping.weights == WeightEncoding::differential;
  const Eigen::MatrixXd cells = written.arrays.block_conductances(0).cast<double>();
  const Eigen::Index columns = (pairs ? 2 : 1) * outputs;
  const double volt = architecture.tile.dac.full_scale_volt;
  // Half of what driven and sensed lines carry. Codes are spread evenly over both signs: a driven line has half the
  // full scale on average, and a sensed one a normal current of variance V^2 / 3 times the squares of what it sees.
  double supply = 0.0;
  double heat = 0.0;
  for (Eigen::Index slice = 0; slice < 2; ++slice) {
    const Eigen::MatrixXd driven = cells.middleCols(slice * columns, columns);
    double sensed = 0.0;
    for (Eigen::Index row = 0; row < inputs; ++row) {
      double squares = 0.0;
      for (Eigen::Index output = 0; output < outputs; ++output) {
        const double seen = pairs ? driven(row, 2 * output) - driven(row, 2 * output + 1) : driven(row, output);
        squares += seen * seen;
      }
      sensed += volt * std::sqrt(squares / 3.0) * std::sqrt(2.0 / M_PI);
    }
    supply += (volt * driven.sum() / 2.0 + sensed) / 2.0;
    heat += volt * volt * driven.sum() / 3.0;
  }
  const ReadPower power = written.arrays.transposed_read_power(0);
  CHECK(power.supply_microampere == Approx(supply).epsilon(1e-6));
  CHECK(power.dissipated_microwatt == Approx(heat).epsilon(1e-6));
}
