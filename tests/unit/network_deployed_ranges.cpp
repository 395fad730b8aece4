#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/deployed_example.hpp"
#include "tests/support/numpy_reference.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

TEST_CASE("The inputs that a layer's ranges were set from saturate no converter") {
  const Network network = one_layer(2);
  const WeightSet weights = {{"w", Eigen::MatrixXf{{0.5F, -0.5F}, {0.1F, 0.3F}}}};
  const Tensor input{{1.0F, -0.5F}, {0.2F, 0.9F}, {-0.7F, -1.0F}};
  Deployed deployed(fine_chip(), network, weights, {}, input);
  deployed.scores(input);
  CHECK(deployed.activity.saturated_adc == 0);
  // A value beyond its range is cut where it rests, so that none leaves the DAC's, which is the same.
  deployed.scores(2.0F * input);
  CHECK(deployed.activity.saturated_storage > 0);
}

TEST_CASE("An ADC's range for a layer is that of the tile with the largest signal") {
  const Network network = one_layer(1, 4);
  // Two tiles of two inputs; the second one's signal is a tenth of the first one's, 0.3 of the code 3 of 3 bits.
  const WeightSet weights = {{"w", Eigen::RowVector4f(0.5F, 0.5F, 0.05F, 0.05F)}};
  const Tensor input = Eigen::MatrixXf::Ones(1, 4);
  Architecture architecture = small_tiles(fine_chip());
  architecture.tile.adc.bits = 3;
  const auto score = [&](AdcRange range) {
    architecture.tile.adc.range = range;
    Deployed deployed(architecture, network, weights, {}, input);
    const float found = deployed.scores(input)(0, 0);
    CHECK(deployed.activity.saturated_adc == 0);
    return found;
  };
  CHECK(score(AdcRange::per_tile) == Approx(1.1).epsilon(1e-3));
  CHECK(score(AdcRange::per_layer) == Approx(1.0).epsilon(1e-3));
}

TEST_CASE("The margin of the calibration is that of an adapter's inner values too") {
  const WeightSet weights = {{"w", Eigen::RowVector2f(0.5F, 0.5F)}};
  Adapter adapter;
  adapter.layers[one_layer(1).operation(0).name()] = {Eigen::RowVector2f(0.0F, 1.0F), Eigen::MatrixXf::Ones(1, 1)};
  const Tensor input = Eigen::RowVector2f(1.0F, 0.5F);
  const auto cut = [&](double margin) {
    Architecture architecture = fine_chip();
    architecture.calibration_margin = margin;
    Deployed deployed(architecture, one_layer(1), weights, {&adapter}, input);
    deployed.scores(input);
    return deployed.activity.saturated_lora;
  };
  // With half the range the inputs rest at 0.5 both, and Ax at 0.5 is twice its range.
  CHECK(cut(0.5) == 1);
  CHECK(cut(1.01) == 0);
}

TEST_CASE("An aged network computes with aged conductances in the converter's range of the deployment") {
  // One layer of one output: at an input of ones its current is the ADC's range, code 3 of 3 bits.
  Architecture architecture = fine_chip();
  architecture.tile.adc.bits = 3;
  architecture.resistive_memory.cell.retention.exponent = -std::log10(0.6);
  const WeightSet weights = {{"w", Eigen::MatrixXf{{0.5F, 0.5F}}}};
  const Tensor input = Eigen::MatrixXf::Ones(1, 2);
  Deployed deployed(architecture, one_layer(1), weights, {}, input);
  const Eigen::MatrixXf fresh = deployed.scores(input);
  deployed.on_chip->age(deployed.arrays, 0.0);
  CHECK(identical(deployed.scores(input), fresh));
  // After ten seconds 0.6 of the signal is left: code 1.8, which becomes 2.
  deployed.on_chip->age(deployed.arrays, 10.0);
  CHECK(deployed.scores(input)(0, 0) == Approx(fresh(0, 0) * 2.0F / 3.0F).epsilon(1e-3));
}
