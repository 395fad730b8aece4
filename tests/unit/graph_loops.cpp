#include <string>
#include <tuple>
#include <vector>

#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sim/network/evaluate.hpp"
#include "sim/network/float_network.hpp"
#include "sim/trace/network_assembly.hpp"
#include "tests/support/lowered.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/numpy_reference.hpp"
#include "tests/support/operation_description.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;
using nlohmann::json;

namespace {

/// h <- relu(w x_t + v h), over the 3 rows x_t of the input, h zero at first; the head reads the last h, and the mean
/// of all h is added.
json recurrent_network() {
  json loop = operation("loop", "loop", {"x"});
  loop["outputs"] = {"last", "all"};
  loop["iterations"] = 3;
  loop["carried"] = {{{"value", "h"}, {"initial", nullptr}, {"shape", {4}}, {"next", "next"}}};
  loop["indexed"] = {{{"value", "x_t"}, {"from", "x"}}};
  loop["constants"] = json::array();
  loop["results"] = {{{"value", "last"}, {"from", "next"}, {"take", "last"}},
                     {{"value", "all"}, {"from", "next"}, {"take", "all"}}};
  loop["body"]["operations"] = {linear("in", "x_t", "w"), linear("back", "h", "v"),
                                operation("sum", "add", {"in", "back"}), operation("next", "relu", {"sum"})};
  return {{"input", {{"name", "x"}, {"shape", {3, 2}}, {"type", "f32"}, {"scale", 1}, {"offset", 0}}},
          {"operations",
           {loop, linear("head", "last", "u"), linear("heads", "all", "u"),
            operation("mean", "mean", {"heads"}, {{"axes", {0}}, {"keep", false}}),
            operation("answer", "add", {"head", "mean"})}},
          {"output", "answer"}};
}

Network assembled(const json& description) {
  const JsonDocument document(description, "network", ExitCode::trace);
  JsonReader reader(document);
  NotedShapes parameters;
  parameters.shapes = {{"w", {4, 2}}, {"v", {4, 4}}, {"u", {5, 4}}, {"k", {4, 2, 1, 1}}};
  NetworkAssembly assembly(parameters, 2);
  assembly.read_input(reader.object("input"));
  assembly.read_operations(reader);
  return assembly.finish(reader);
}

Eigen::MatrixXf numbers(Eigen::Index rows, Eigen::Index columns, float phase) {
  Eigen::MatrixXf values(rows, columns);
  for (Eigen::Index i = 0; i < values.size(); ++i) values.data()[i] = std::sin(phase + 1.7F * static_cast<float>(i));
  return values;
}

Architecture chip() {
  return read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {{"/sram/activation_bits", "16"}});
}

std::string refusal(const std::string& pointer, const json& value) {
  json description = recurrent_network();
  description["operations"][0][json::json_pointer(pointer)] = value;
  return thrown_error([&] { assembled(description); }).text;
}

}  // namespace

TEST_CASE("A loop hands on its state, sees a part of its input in every iteration and gives the last and all results") {
  const Network network = assembled(recurrent_network());
  const WeightSet weights = {{"w", numbers(4, 2, 0.0F)}, {"v", numbers(4, 4, 1.0F)}, {"u", numbers(5, 4, 2.0F)}};
  const Tensor input = numbers(6, 2, 3.0F);
  Eigen::MatrixXf expected(2, 5);
  for (Eigen::Index sample = 0; sample < 2; ++sample) {
    Eigen::VectorXf h = Eigen::VectorXf::Zero(4);
    Eigen::VectorXf sum = Eigen::VectorXf::Zero(5);
    for (Eigen::Index step = 0; step < 3; ++step) {
      const Eigen::VectorXf x = input.row(3 * sample + step);
      h = (weights.at("w") * x + weights.at("v") * h).cwiseMax(0.0F);
      sum += weights.at("u") * h;
    }
    expected.row(sample) = weights.at("u") * h + sum / 3.0F;
  }
  CHECK(largest_difference(float_scores(network, weights, {}, input), expected) < 1e-5F);
}

TEST_CASE("The iterations of a loop, and all other users of a weight, share its tiles") {
  const Network network = assembled(recurrent_network());
  const Architecture architecture = chip();
  const TileMap map = map_to_tiles(network, architecture);
  CHECK(map.weights.size() == 3);
  CHECK(map.blocks.size() == 3);
  const Program program = inference_program({architecture, network, map}, {}, 1);
  std::vector<std::uint64_t> vectors(map.blocks.size());
  for (const Step& step : program.steps) {
    if (const auto* job = std::get_if<TileJob>(&step.job)) vectors[step.tile_group] += job->vectors;
  }
  CHECK(vectors[map.number_of("w")] == 3);
  CHECK(vectors[map.number_of("v")] == 3);
  CHECK(vectors[map.number_of("u")] == 1 + 3);
}

TEST_CASE("Every use of a weight by a sample has a number of its own") {
  const Network network = assembled(recurrent_network());
  std::map<std::string, std::vector<std::uint32_t>> uses;
  for (const Execution& execution : network.executions()) {
    if (execution.operation->array_product() == nullptr) continue;
    uses[execution.operation->array_product()->weight].push_back(execution.use);
  }
  CHECK(uses.at("w") == std::vector<std::uint32_t>{0, 1, 2});
  CHECK(uses.at("u") == std::vector<std::uint32_t>{0, 1});
}

TEST_CASE("What a loop hands on has the range of what is stored") {
  const Network network = assembled(recurrent_network());
  const WeightSet weights = {{"w", numbers(4, 2, 0.0F)}, {"v", numbers(4, 4, 1.0F)}, {"u", numbers(5, 4, 2.0F)}};
  const Ranges ranges = calibrate(network, weights, {}, numbers(6, 2, 3.0F));
  const Operation& back = network.operation(3);
  const Operation& relu = network.operation(5);
  REQUIRE(back.name() == "back");
  REQUIRE(relu.name() == "next");
  CHECK(ranges.values[back.inputs()[0]] == ranges.values[relu.outputs()[0]]);
  CHECK(ranges.values[relu.outputs()[0]] > 0.0F);
}

TEST_CASE("Programs of a loop read what was written, forwards and backwards") {
  const Network network = assembled(recurrent_network());
  check_lowered_everywhere(network, Values::in_parts);
  const Architecture architecture = chip();
  const TileMap map = map_to_tiles(network, architecture);
  const Adapter adapter = adapter_on(network, {2, 3}, 2);
  TrainingTask task;
  task.batch_size = 2;
  task.trained_adapter = &adapter;
  task.adapters = {&adapter};
  const Program batch = training_programs({architecture, network, map}, task).batch;
  check_no_faults(data_flow(batch, architecture.sram, cut_steps(batch, Values::in_parts)).faults);
}

TEST_CASE("A loop that does not fit together is refused with its place") {
  const std::vector<std::tuple<std::string, json, std::string>> cases = {
      {"/iterations", 0, "/iterations: expected 1..65536, got 0"},
      {"/iterations", 4,
       "/indexed/0/from: expected a value with a first extent of 4, one part for each iteration, got [3, 2]"},
      {"/carried/0/shape", {5}, "v: expected [1..65536, 5] as the weight of back, got [4, 4]"},
      {"/carried/0/next", "x_t", "/carried/0/next: expected a value of the carried one's shape [4], got [2]"},
      {"/carried/0/next", "nothing", "/carried/0/next: expected the name of a value, got nothing"},
      {"/indexed/0/from", "y", "/inputs: expected the values that the loop's parts name: y"},
      {"/inputs", json::array(), "/inputs: expected the values that the loop's parts name: x"},
      {"/outputs", json::array({"last"}), "/outputs: expected the values that the loop's parts name: all, last"},
      {"/results/0/take", "some", "/results/0/take: expected one of last, all"},
      {"/results/0/from", "x", "/results/0/from: expected the name of a value, got x"},
      {"/body/operations/0/inputs", json::array({"x"}), "/body/operations/0/inputs: no earlier operation gives"},
      {"/body/operations/3/name", "head", "/operations/1/name: expected a new name, got head"},
      {"/body/operations", json::array(), "/body/operations: expected at least one operation"},
      {"/extra", 1, "/extra: unknown key"},
      {"/carried/0/extra", 1, "/carried/0/extra: unknown key"},
  };
  for (const auto& [pointer, value, message] : cases) {
    INFO(pointer << " = " << value);
    CHECK_THAT(refusal(pointer, value), Catch::Matchers::Contains(message));
  }
}

TEST_CASE("Loops that would be carried out for ever are refused before they are unrolled") {
  json inner = operation("inner", "loop", {"h"});
  inner["outputs"] = {"deep"};
  inner["iterations"] = 65536;
  inner["carried"] = {{{"value", "g"}, {"initial", "h"}, {"next", "half"}}};
  inner["indexed"] = json::array();
  inner["constants"] = json::array();
  inner["results"] = {{{"value", "deep"}, {"from", "half"}, {"take", "last"}}};
  inner["body"]["operations"] = json::array({operation("half", "relu", {"g"})});
  json outer = operation("outer", "loop", {"x"});
  outer["outputs"] = {"end"};
  outer["iterations"] = 17;
  outer["carried"] = {{{"value", "h"}, {"initial", "x"}, {"next", "deep"}}};
  outer["indexed"] = json::array();
  outer["constants"] = json::array();
  outer["results"] = {{{"value", "end"}, {"from", "deep"}, {"take", "last"}}};
  outer["body"]["operations"] = json::array({inner});
  json description = recurrent_network();
  description["operations"] = json::array({outer});
  description["output"] = "end";
  CHECK_THAT(thrown_error([&] { assembled(description); }).text,
             Catch::Matchers::Contains("/operations/0/iterations: expected at most 1048576 operations for a sample"));
  description["operations"][0]["iterations"] = 2;
  CHECK(assembled(description).executions().size() == 2 * 65536);
}

TEST_CASE("A weight may be used 4096 times by a sample") {
  json description = recurrent_network();
  json& loop = description["operations"][0];
  description["input"]["shape"] = {4096, 2};
  loop["iterations"] = 4096;
  CHECK(assembled(description).executions().back().operation->name() == "answer");
  description["input"]["shape"] = {4097, 2};
  loop["iterations"] = 4097;
  CHECK_THAT(thrown_error([&] { assembled(description); }).text,
             Catch::Matchers::Contains("/operations: expected a weight to be used at most 4096 times by a sample"));
}

TEST_CASE("Users of a convolution's weight have to agree on how it lies in the arrays") {
  const auto convolution = [](const std::string& name, const std::string& input, int groups) {
    return operation(name, "conv2d", {input},
                     {{"weight", "k"},
                      {"bias", nullptr},
                      {"stride", {1, 1}},
                      {"padding", {0, 0}},
                      {"dilation", {1, 1}},
                      {"groups", groups}});
  };
  json description = recurrent_network();
  description["input"]["shape"] = {2, 1, 1};
  description["operations"] = {operation("wide", "concatenate", {"x", "x"}, {{"axis", 0}}), convolution("one", "x", 1),
                               convolution("two", "wide", 2), operation("sum", "add", {"one", "two"})};
  description["output"] = "sum";
  CHECK_THAT(thrown_error([&] { assembled(description); }).text,
             Catch::Matchers::Contains("/operations/2/groups: expected 1, as another operation uses k, got 2"));
  description["operations"][2] = operation("two", "parameter", json::array(), {{"parameter", "k"}});
  description["operations"][0] = operation("wide", "relu", {"x"});
  description["operations"][1] = convolution("one", "wide", 1);
  CHECK_THAT(thrown_error([&] { assembled(description); }).text,
             Catch::Matchers::Contains("/operations/2/name: expected a weight of a convolution"));
}
