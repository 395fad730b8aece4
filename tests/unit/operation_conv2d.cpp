#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/lowered.hpp"
#include "tests/support/operation_reference.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;
using nlohmann::json;

namespace {

json geometry(std::uint32_t groups = 1) {
  return {{"weight", "w"},    {"bias", nullptr},   {"groups", groups},
          {"stride", {1, 1}}, {"padding", {0, 0}}, {"dilation", {1, 1}}};
}

std::string refusal(const json& description, const std::vector<Shape>& inputs, const Shape& weight) {
  return thrown_error([&] { lone_operation("conv2d", description, inputs, {{"w", weight}}); }).text;
}

json with(json description, const char* key, const json& value) {
  description[key] = value;
  return description;
}

/// A layer of one pixel before one of 2 groups of 2 channels and 3 outputs each: windows of 2 x 3 at 3 x 3 places.
Network two_convolutions() {
  NetworkBuilder builder({3, 4, 5});
  const auto first = builder.conv2d(0, "first", {4, 3, 1, 1});
  json description = geometry(2);
  description["stride"] = {1, 2};
  description["padding"] = {0, 1};
  description["bias"] = "b";
  builder.add("conv2d", {first}, description, {{"w", {6, 2, 2, 3}}});
  return builder.network();
}

}  // namespace

TEST_CASE("convolutions have the numbers of PyTorch, wherever depth-wise ones are computed") {
  check_numbers("convolution", "conv2d", DepthwiseConvolutions::vector_unit);
  check_numbers("convolution", "conv2d", DepthwiseConvolutions::tiles);
}

TEST_CASE("a convolution is a product of its windows with its weight") {
  const LoneOperation lone = lone_operation("conv2d", geometry(2), {Shape{4, 5, 6}}, {{"w", {6, 2, 3, 2}}});
  const ArrayProduct* product = lone.operation->array_product();
  REQUIRE(product != nullptr);
  CHECK(lone.operation->output_shape() == Shape{6, 3, 5});
  CHECK(product->groups == 2);
  CHECK(product->inputs == 2 * 3 * 2);
  CHECK(product->outputs == 6);
  CHECK(product->vectors == 15);
  CHECK(product->layer == "conv2d");
  CHECK(lone.operation->macs() == 6 * 15 * 12);
  CHECK(lone.operation->weight_elements() == 72);
  CHECK(lone.operation->workspace_elements() == 15 * 24);
  CHECK(lone_operation("conv2d", with(geometry(), "layer", "l"), {Shape{1, 2, 2}}, {{"w", {1, 1, 1, 1}}})
            .operation->array_product()
            ->layer == "l");
}

TEST_CASE("a depth-wise convolution is computed where the architecture says") {
  const auto made = [](std::uint32_t channels, DepthwiseConvolutions place) {
    return lone_operation("conv2d", geometry(channels), {Shape{channels, 4, 4}}, {{"w", {2 * channels, 1, 3, 3}}},
                          place);
  };
  const LoneOperation digital = made(3, DepthwiseConvolutions::vector_unit);
  CHECK(digital.operation->array_product() == nullptr);
  CHECK(digital.operation->digital_parameters() == std::vector<std::string>{"w"});
  CHECK(digital.operation->macs() == 6 * 4 * 9);
  CHECK(digital.operation->weight_elements() == 54);
  const LoneOperation analogue = made(3, DepthwiseConvolutions::tiles);
  REQUIRE(analogue.operation->array_product() != nullptr);
  CHECK(analogue.operation->digital_parameters().empty());
  CHECK(analogue.operation->macs() == digital.operation->macs());
  CHECK(analogue.operation->weight_elements() == digital.operation->weight_elements());
  CHECK(made(1, DepthwiseConvolutions::vector_unit).operation->array_product() != nullptr);  // one channel: no groups
}

TEST_CASE("convolutions that cannot be are refused") {
  const std::vector<Shape> image = {{4, 5, 6}};
  CHECK(refusal(geometry(), {{5, 6}}, {1, 1, 1, 1}) ==
        "conv2d: /inputs: expected [channels, height, width], got [5, 6]");
  CHECK(refusal(geometry(), {image[0], image[0]}, {1, 4, 1, 1}) == "conv2d: /inputs: expected 1, got 2");
  CHECK(refusal(geometry(), image, {2, 3, 1, 1}) ==
        "w: expected [outputs, 4, rows, columns] as the weight of conv2d, got [2, 3, 1, 1]");
  CHECK(refusal(geometry(3), image, {6, 1, 1, 1}) ==
        "conv2d: /groups: expected a divisor of 4 inputs and 6 outputs, got 3");
  CHECK(refusal(geometry(4), image, {6, 1, 1, 1}) ==
        "conv2d: /groups: expected a divisor of 4 inputs and 6 outputs, got 4");
  CHECK(refusal(geometry(), image, {1, 4, 6, 1}) ==
        "conv2d: /inputs: expected an image that holds a window of 6 x 1, got 5 x 6 and a padding of 0 x 0");
  CHECK(refusal(with(geometry(), "dilation", {1, 6}), image, {1, 4, 1, 2}) ==
        "conv2d: /inputs: expected an image that holds a window of 1 x 2, got 5 x 6 and a padding of 0 x 0");
  CHECK(refusal(with(geometry(), "stride", {1}), image, {1, 4, 1, 1}) == "conv2d: /stride: expected 2 numbers, got 1");
  CHECK(refusal(with(geometry(), "padding", {60000, 60000}), image, {1, 4, 9, 9}) ==
        "conv2d: /inputs: expected windows of at most 67108864 elements together");
}

TEST_CASE("a convolution gathers its windows, multiplies them and puts the channels first") {
  const Architecture chip = roomy_chip();
  const Program inference = lowered(chip, two_convolutions()).inference;
  const auto on_vector_unit = jobs_of<VectorJob>(inference);
  // Windows, step and result of the first; windows, bias and result of the second.
  REQUIRE(on_vector_unit.size() == 6);
  CHECK(on_vector_unit[0].operations_per_vector.moves == 20 * 3);
  CHECK(on_vector_unit[1].operations_per_vector.macs == 4);
  CHECK(on_vector_unit[2].operations_per_vector.moves == 20 * 4);
  const VectorJob& windows = on_vector_unit[3];
  CHECK(windows.vectors == 1);
  CHECK(windows.operations_per_vector.moves == 9 * 24);
  CHECK(windows.operations_per_vector.total() == 9 * 24);
  CHECK(windows.cycles_per_vector == 9 * 24 / 4 + 3);
  CHECK(on_vector_unit[4].vectors == 9);
  CHECK(on_vector_unit[4].operations_per_vector.adds == 6);
  CHECK(on_vector_unit[5].operations_per_vector.moves == 6 * 9);
  const auto on_tiles = jobs_of<TileJob>(inference);
  REQUIRE(on_tiles.size() == 3);
  for (const std::uint32_t group : {0U, 1U}) {
    const TileJob& job = on_tiles[1 + group];
    CHECK(job.vectors == 9);
    CHECK(job.driven_lines == 12);
    CHECK(job.sensed_lines == 3);
    CHECK(job.fetches[0].address == windows.drains[0].address + group * 12U * 2U);
    CHECK(job.fetches[0].bytes == 12 * 2);
    CHECK(job.fetches[0].stride == 24 * 2);
    CHECK(job.drains[0].bytes == 3);  // conversions have 8 bits
    CHECK(job.drains[0].address == on_tiles[1].drains[0].address + group * 3U);
  }
}

TEST_CASE("training a convolution takes products of its groups, and adds up the gradient of its windows") {
  const Architecture chip = roomy_chip();
  const TrainingPrograms training = lowered(chip, two_convolutions()).training;
  CHECK(training.trained_parameters == 12 + 72 + 6);
  const auto on_lora_unit = jobs_of<LoraJob>(training.batch);
  REQUIRE(on_lora_unit.size() == 5);  // forward twice, back through the second, and both weights' gradients
  CHECK(on_lora_unit[1].vectors == 9);
  CHECK(on_lora_unit[1].macs_per_vector == 2 * 3 * 12);
  CHECK(on_lora_unit[1].cycles_per_vector == 2 * 2 * 4 + 5);
  CHECK(on_lora_unit[2].vectors == 9);
  CHECK(on_lora_unit[2].macs_per_vector == 2 * 3 * 12);
  CHECK(on_lora_unit[2].cycles_per_vector == 2 * 6 * 1 + 5);
  CHECK(on_lora_unit[3].macs_per_vector == 9 * 72);
  CHECK(on_lora_unit[3].cycles_per_vector == 2 * 9 * 2 * 4 + 5);
  CHECK(on_lora_unit[4].macs_per_vector == 20 * 12);
  const auto on_vector_unit = jobs_of<VectorJob>(training.batch);
  REQUIRE(on_vector_unit.size() == 5 + 5);  // loss; channels last, the bias' gradient, windows' sum; channels last
  CHECK(on_vector_unit[6].operations_per_vector.moves == 54);
  CHECK(on_vector_unit[7].operations_per_vector.adds == 54);
  CHECK(on_vector_unit[8].operations_per_vector.adds == 9 * 24);
  CHECK(on_vector_unit[9].operations_per_vector.moves == 80);
}

TEST_CASE("programs of convolutions read what they write") {
  check_lowered_everywhere(two_convolutions());
  for (const auto place : {DepthwiseConvolutions::vector_unit, DepthwiseConvolutions::tiles}) {
    NetworkBuilder builder({2, 5, 5}, place);
    const auto first = builder.conv2d(0, "first", {3, 2, 2, 2}, 1, "first bias");
    const auto second = builder.conv2d(builder.relu(first), "depth", {3, 1, 3, 3}, 3, "depth bias");
    const auto third = builder.conv2d(second, "wide", {6, 1, 1, 2}, 3);
    builder.conv2d(third, "last", {2, 6, 2, 1});
    check_lowered_everywhere(builder.network());
  }
}

TEST_CASE("a depth-wise convolution takes a multiply-accumulate for each element of each window") {
  NetworkBuilder builder({2, 4, 5});
  const auto first = builder.conv2d(0, "first", {2, 2, 1, 1});
  builder.conv2d(first, "depth", {4, 1, 3, 2}, 2, "bias");  // [4, 2, 4]
  const Lowered programs = lowered(roomy_chip(), builder.network());
  const auto forward = jobs_of<VectorJob>(programs.inference);
  REQUIRE(forward.size() == 4);  // windows, step and result of the first, and the second
  CHECK(forward[3].vectors == 1);
  CHECK(forward[3].operations_per_vector.macs == 4 * 8 * 6);
  CHECK(forward[3].operations_per_vector.adds == 4 * 8);
  CHECK(forward[3].fetches.size() == 3);  // the image, weight and bias
  CHECK(jobs_of<TileJob>(programs.inference).size() == 1);
  CHECK(programs.training.trained_parameters == 4 + 24 + 4);
  const auto training = jobs_of<VectorJob>(programs.training.batch);
  REQUIRE(training.size() == 3 + 1 + 3 + 1);
  CHECK(training[4].operations_per_vector.macs == 4 * 8 * 6);
  CHECK(training[5].operations_per_vector.macs == 4 * 8 * 6);
  CHECK(training[6].operations_per_vector.adds == 4 * 8);
}

TEST_CASE("depth-wise convolutions on the tiles have one for every channel") {
  NetworkBuilder builder({3, 4, 4}, DepthwiseConvolutions::tiles);
  builder.conv2d(0, "depth", {6, 1, 3, 3}, 3);
  const Network network = builder.network();
  const TileMap map = map_to_tiles(network, roomy_chip());
  REQUIRE(map.blocks.size() == 3);
  CHECK(tiles_needed(network, roomy_chip()) == 3);
  for (std::uint32_t channel = 0; channel < 3; ++channel) {
    CHECK(map.blocks[channel].group == channel);
    CHECK(map.blocks[channel].inputs == 9);
    CHECK(map.blocks[channel].first_output == 2 * channel);
    CHECK(map.blocks[channel].outputs == 2);
  }
}

TEST_CASE("an adapter adds its product to a convolution's weight") {
  NetworkBuilder builder({3, 5, 4});
  builder.conv2d(0, "w", {4, 3, 3, 2});
  const Network network = builder.network();
  const WeightSet weights = {{"w", Eigen::MatrixXf::Random(4, 18)}};
  Adapter adapter;
  adapter.layers["conv2d0"] = {Eigen::MatrixXf::Random(2, 18), Eigen::MatrixXf::Random(4, 2), 0.5F};
  const LowRankPair& pair = adapter.layers.at("conv2d0");
  const WeightSet merged = {{"w", weights.at("w") + pair.scale * pair.b * pair.a}};
  const Tensor input = Tensor::Random(2 * 15, 4);
  const Eigen::MatrixXf scores = float_scores(network, weights, {&adapter}, input);
  CHECK(largest_difference(scores, float_scores(network, merged, {}, input)) < 1e-5F * scores.cwiseAbs().maxCoeff());
  CHECK(largest_difference(scores, float_scores(network, weights, {}, input)) > 0.1F);
}
