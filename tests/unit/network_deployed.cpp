#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cstdint>
#include <utility>

#include "tests/support/deployed_example.hpp"
#include "tests/support/numpy_reference.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

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
