#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "sim/network/deployed_network.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/numpy_reference.hpp"
#include "tests/support/small_trace.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

/// A chip whose write-verify leaves 1e-4 uS of error: small steps, and as many as it takes.
Architecture exact_chip() {
  Architecture architecture;
  CellConfig& cell = architecture.resistive_memory.cell;
  cell.soft_bound.set_step_microsiemens = 1.0;
  cell.soft_bound.reset_step_microsiemens = 1.0;
  cell.soft_bound.cycle_to_cycle = 0.6;
  architecture.write_verify.tolerance_microsiemens = 1e-4;
  architecture.write_verify.reference_tolerance_microsiemens = 1e-4;
  architecture.write_verify.maximum_cycles = 10'000'000;
  return architecture;
}

Architecture fine_chip() {
  Architecture architecture = exact_chip();
  architecture.tile.dac.bits = 16;
  architecture.tile.adc.bits = 16;
  architecture.sram.activation_bits = 16;
  architecture.lora_unit.bits = 16;
  return architecture;
}

/// Tiles of 2 x 3 weights, so that every layer is cut in both directions.
Architecture small_tiles(Architecture architecture) {
  architecture.tile.crossbar.rows = 3;
  architecture.tile.crossbar.columns = 4;
  return architecture;
}

/// Fast to write, with the noise of the shipped chip.
Architecture noisy_chip() {
  Architecture architecture;
  CellConfig& cell = architecture.resistive_memory.cell;
  cell.soft_bound.set_step_microsiemens = 65.0;
  cell.soft_bound.reset_step_microsiemens = 65.0;
  cell.soft_bound.cycle_to_cycle = 0.6;
  cell.read_noise = 0.01;
  return architecture;
}

/// A network with its weights in the arrays of a chip, calibrated with the samples it is evaluated on.
struct Deployed {
  Deployed(Architecture chip, const Network& net, const WeightSet& weights, const std::vector<const Adapter*>& adapters,
           const Tensor& calibration_input)
      : architecture(std::move(chip)),
        network(net),
        map(map_to_tiles(network, architecture)),
        arrays(architecture, map, 1) {
    arrays.write(weights);
    deploy = [this, weights, adapters, calibration_input](std::uint64_t seed) {
      on_chip = std::make_unique<DeployedNetwork>(architecture, network, map, arrays, weights, adapters,
                                                  calibration_input, seed);
    };
    deploy(1);
  }
  Deployed(const Deployed&) = delete;
  Deployed& operator=(const Deployed&) = delete;

  Eigen::MatrixXf scores(const Tensor& input, std::uint32_t evaluation = 0, std::uint32_t first_sample = 0) {
    return on_chip->evaluate(input, evaluation, first_sample, activity);
  }

  Architecture architecture;
  Network network;
  TileMap map;
  ResistiveArrays arrays;
  std::unique_ptr<DeployedNetwork> on_chip;
  std::function<void(std::uint64_t seed)> deploy;  ///< the arrays as they are, with noise of another seed
  Activity activity;
};

/// The small trace's last phase: its hybrid method, with an adapter.
struct SmallTrace {
  Trace trace = read_small_trace();
  const Phase& phase = trace.phases.back();
  const WeightSet& weights = trace.weights.at(phase.hybrid.weights);
  std::vector<const Adapter*> adapters = {&trace.adapters.at("forget")};
  Tensor input = network_input(trace.network, trace.test, phase.samples);

  Deployed on(Architecture architecture) const {
    return {std::move(architecture), trace.network, weights, adapters, input};
  }
  Eigen::Index rows() const { return trace.network.input().rows(); }
};

Network one_layer(std::uint32_t outputs, std::uint32_t inputs = 2) {
  NetworkBuilder builder({1, inputs});
  builder.linear(0, outputs, "w");
  return builder.network();
}

double relative_error(const Eigen::MatrixXf& scores, const Eigen::MatrixXf& reference) {
  return double{largest_difference(scores, reference)} / double{reference.cwiseAbs().maxCoeff()};
}

/// The two-layer network of numpy_reference.py.
Network numpy_network() {
  NetworkBuilder builder({2, 6});
  builder.linear(builder.mean(builder.gelu(builder.linear(0, 5, "first", "bias"))), 3, "head");
  Network network = builder.network();
  network.input_scale = 1.0F / 255.0F;
  network.input_offset = -0.5F;
  return network;
}

struct NumpyNetwork {
  nlohmann::json reference = numpy_reference("network");
  Network network = numpy_network();
  WeightSet weights = {{"first", matrix_of(reference.at("first"))},
                       {"bias", matrix_of(reference.at("bias"))},
                       {"head", matrix_of(reference.at("head"))}};
  Adapter adapter;
  Tensor input;

  NumpyNetwork() {
    const float scale = reference.at("adapter_scale");
    adapter.layers[network.operation(0).name()] = {matrix_of(reference.at("first_a")),
                                                   matrix_of(reference.at("first_b")), scale};
    adapter.layers[network.operation(3).name()] = {matrix_of(reference.at("head_a")), matrix_of(reference.at("head_b")),
                                                   scale};
    SampleSet set;
    std::vector<std::uint32_t> indices;
    for (const auto& pixels : reference.at("pixels")) {
      indices.push_back(set.samples++);
      for (const int pixel : pixels) set.values.push_back(static_cast<std::uint8_t>(pixel));
    }
    input = network_input(network, set, indices);
  }

  /// `fused`: the first layer's result goes on to the activation without being stored.
  Deployed on_numpys_chip(bool fused) const {
    Architecture architecture = exact_chip();
    architecture.data_path.fused_functions = fused;
    architecture.tile.dac.bits = reference.at("bits").at("dac");
    architecture.tile.adc.bits = reference.at("bits").at("adc");
    architecture.lora_unit.bits = reference.at("bits").at("lora");
    architecture.sram.activation_bits = reference.at("bits").at("storage");
    const Eigen::Index samples = reference.at("calibration_samples");
    return {architecture, network, weights, {&adapter}, input.topRows(2 * samples)};
  }
};

}  // namespace

TEST_CASE("The float network of two layers gives numpy's scores") {
  const NumpyNetwork net;
  FloatArithmetic arithmetic(net.weights, {&net.adapter});
  CHECK(largest_difference(evaluate(net.network, net.weights, net.input, arithmetic),
                           matrix_of(net.reference.at("float_scores"))) < 1e-6F);
}

TEST_CASE("The deployed network of two layers gives numpy's codes, with a value between that is stored or is not") {
  const bool fused = GENERATE(false, true);
  const NumpyNetwork net;
  Deployed deployed = net.on_numpys_chip(fused);
  const float per_code = net.reference.at("score_range").get<float>() / 511.0F;
  const Eigen::MatrixXf codes = deployed.scores(net.input) / per_code;
  CHECK(largest_difference(codes, codes.array().round()) < 0.01F);
  CHECK(identical(codes.array().round(),
                  matrix_of(net.reference.at("deployed_score_codes").at(fused ? "fused" : "stored"))));
}

TEST_CASE("The deployed network of two layers saturates where numpy's does") {
  const bool fused = GENERATE(false, true);
  const NumpyNetwork net;
  Deployed deployed = net.on_numpys_chip(fused);
  deployed.scores(net.input);
  const nlohmann::json& saturated = net.reference.at("saturated").at(fused ? "fused" : "stored");
  CHECK(deployed.activity.saturated_adc == saturated.at("adc").get<std::uint64_t>());
  CHECK(deployed.activity.saturated_lora == saturated.at("lora").get<std::uint64_t>());
  CHECK(deployed.activity.saturated_storage == saturated.at("storage").get<std::uint64_t>());
}

TEST_CASE("With fine converters and exact conductances a deployed network equals the float network") {
  const SmallTrace small;
  Deployed deployed = small.on(fine_chip());
  const double error = relative_error(deployed.scores(small.input), small.phase.hybrid.reference);
  INFO("relative error " << error);
  CHECK(error < 3e-4);
}

TEST_CASE("What is fused behind a product changes nothing but the rounding of what is not stored any more") {
  const SmallTrace small;
  const auto scores = [&](Architecture chip, bool fused) {
    chip.data_path.fused_functions = fused;
    chip.data_path.fused_values = fused;
    return small.on(std::move(chip)).scores(small.input);
  };
  Architecture coarse = fine_chip();
  coarse.sram.activation_bits = 5;
  CHECK(relative_error(scores(coarse, true), scores(coarse, false)) > 1e-3);
  CHECK(relative_error(scores(fine_chip(), true), scores(fine_chip(), false)) < 1e-4);
}

TEST_CASE("Layers cut over small tiles give the same as whole ones") {
  const SmallTrace small;
  Deployed deployed = small.on(small_tiles(fine_chip()));
  REQUIRE(deployed.map.blocks.size() > 6);
  const double error = relative_error(deployed.scores(small.input), small.phase.hybrid.reference);
  INFO("relative error " << error);
  CHECK(error < 3e-4);
}

TEST_CASE("Coarse converters move the scores") {
  const SmallTrace small;
  Architecture architecture = fine_chip();
  architecture.tile.adc.bits = 4;
  Deployed deployed = small.on(architecture);
  CHECK(relative_error(deployed.scores(small.input), small.phase.hybrid.reference) > 5e-3);
}

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

TEST_CASE("The same seed gives the same bytes, another seed or evaluation other ones") {
  const SmallTrace small;
  Deployed deployed = small.on(noisy_chip());
  const Eigen::MatrixXf scores = deployed.scores(small.input, 0);
  CHECK(identical(deployed.scores(small.input, 0), scores));
  CHECK_FALSE(identical(deployed.scores(small.input, 1), scores));
  deployed.deploy(2);
  CHECK_FALSE(identical(deployed.scores(small.input, 0), scores));
}

TEST_CASE("Without read noise the seed of an evaluation changes nothing") {
  const SmallTrace small;
  Architecture architecture = noisy_chip();
  architecture.resistive_memory.cell.read_noise = 0.0;
  Deployed deployed = small.on(architecture);
  const Eigen::MatrixXf scores = deployed.scores(small.input, 0);
  deployed.deploy(2);
  CHECK(identical(deployed.scores(small.input, 1), scores));
}

TEST_CASE("The same sample under another number has other noise") {
  const SmallTrace small;
  Deployed deployed = small.on(noisy_chip());
  const Tensor sample = small.input.topRows(small.rows());
  CHECK_FALSE(identical(deployed.scores(sample, 0, 0), deployed.scores(sample, 0, 1)));
}

TEST_CASE("Tiles with the same cells have noise of their own") {
  // One output per tile; a tolerance that leaves every cell where it was makes the two tiles equal.
  Architecture architecture = fine_chip();
  architecture.tile.crossbar.columns = 2;
  architecture.write_verify.tolerance_microsiemens = 100.0;
  architecture.write_verify.reference_tolerance_microsiemens = 100.0;
  architecture.resistive_memory.cell.read_noise = 0.05;
  const Network network = one_layer(2);
  const WeightSet weights = {{"w", Eigen::MatrixXf{{0.5F, -0.2F}, {0.5F, -0.2F}}}};
  const Tensor input{{1.0F, -0.5F}};
  Deployed deployed(architecture, network, weights, {}, input);
  REQUIRE(deployed.map.blocks.size() == 2);
  REQUIRE(identical(deployed.arrays.block_conductances(0), deployed.arrays.block_conductances(1)));
  const Eigen::MatrixXf scores = deployed.scores(input);
  CHECK(scores(0, 0) != scores(0, 1));
}

TEST_CASE("A batch gives the scores of its samples one by one") {
  const SmallTrace small;
  for (const Architecture& architecture : {noisy_chip(), small_tiles(noisy_chip())}) {
    Deployed deployed = small.on(architecture);
    const Eigen::MatrixXf together = deployed.scores(small.input);
    for (Eigen::Index sample = 0; sample < together.rows(); ++sample) {
      const Eigen::MatrixXf alone = deployed.scores(small.input.middleRows(sample * small.rows(), small.rows()), 0,
                                                    static_cast<std::uint32_t>(sample));
      INFO("sample " << sample << ": " << alone << " and " << together.row(sample));
      CHECK(identical(alone, together.row(sample)));
    }
  }
}

TEST_CASE("The cells' energy of a batch is the sum of its samples'") {
  const SmallTrace small;
  Deployed deployed = small.on(noisy_chip());
  deployed.scores(small.input);
  const double together = deployed.activity.crossbar_joule;
  deployed.activity = {};
  for (Eigen::Index sample = 0; sample < small.input.rows() / small.rows(); ++sample) {
    deployed.scores(small.input.middleRows(sample * small.rows(), small.rows()), 0, static_cast<std::uint32_t>(sample));
  }
  CHECK(together > 0.0);
  CHECK(deployed.activity.crossbar_joule == Approx(together).epsilon(1e-9));
}

TEST_CASE("The cells' energy is V^2 G t of the codes on the lines") {
  const Network network = one_layer(1);
  const WeightSet weights = {{"w", Eigen::RowVector2f(0.5F, -0.5F)}};
  const Tensor input = Eigen::RowVector2f(1.0F, -0.5F);
  Deployed deployed(exact_chip(), network, weights, {}, input);
  deployed.scores(input);
  // Cells of 80 and 10 uS with a reference of 45 uS each, 100 ns; -0.5 is stored as -16384 / 32767, DAC code -64 / 127.
  const double second = 0.2 * 64 / 127;
  CHECK(deployed.activity.crossbar_dissipation_joule ==
        Approx((0.2 * 0.2 * (80e-6 + 45e-6) + second * second * (10e-6 + 45e-6)) * 100e-9).epsilon(1e-5));
}

TEST_CASE("Activities add up") {
  Activity sum{{1e-9, 5e-10, 2, 3, 4}, 5, 6, 7, 8, {{"codes", {16, 9, false, false}}, {"more", {2, 1, false, false}}}};
  sum += Activity{{2e-9, 7e-10, 20, 30, 40}, 50, 60, 70, 80, {{"codes", {32, 3, true, true}}}};
  CHECK(sum.crossbar_joule == Approx(3e-9));
  CHECK(sum.crossbar_dissipation_joule == Approx(1.2e-9));
  CHECK(sum.saturated_dac == 22);
  CHECK(sum.saturated_tia == 33);
  CHECK(sum.saturated_adc == 44);
  CHECK(sum.saturated_lora == 55);
  CHECK(sum.saturated_storage == 66);
  CHECK(sum.undriven_codes == 77);
  CHECK(sum.undriven_spikes == 88);
  const ProductInputs& codes = sum.inputs.at("codes");
  CHECK(codes.codes == 48);
  CHECK(codes.active == 12);
  CHECK(codes.spikes);
  CHECK(codes.gated);
  CHECK(sum.inputs.at("more").active == 1);
  CHECK_FALSE(sum.inputs.at("more").spikes);
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

TEST_CASE("Two uses of one tile in a sample draw noise of their own") {
  NetworkBuilder builder({2, 2});
  const auto first = builder.linear(0, 2, "w");
  builder.sum(first, builder.relu(builder.linear(0, 2, "w")));
  const Network twice = builder.network();
  NetworkBuilder single({2, 2});
  const auto only = single.linear(0, 2, "w");
  single.sum(only, single.relu(only));
  const Network once = single.network();
  const WeightSet weights = {{"w", Eigen::MatrixXf{{0.5F, 0.2F}, {0.1F, 0.3F}}}};
  const Tensor input{{1.0F, 0.5F}, {0.2F, 0.9F}};
  const auto scores = [&](const Network& network, double read_noise) {
    Architecture architecture = fine_chip();
    architecture.resistive_memory.cell.read_noise = read_noise;
    Deployed deployed(architecture, network, weights, {}, input);
    REQUIRE(deployed.map.blocks.size() == 1);
    return deployed.scores(input);
  };
  // Outputs are positive, so that a use's noise counts twice where there is one.
  REQUIRE(identical(scores(twice, 0.0), scores(once, 0.0)));
  CHECK_FALSE(identical(scores(twice, 0.05), scores(once, 0.05)));
}
