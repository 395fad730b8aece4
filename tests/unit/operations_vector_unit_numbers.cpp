#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/numpy_reference.hpp"
#include "tests/support/operation_case.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

nlohmann::json reference() {
  std::ifstream file(std::string(PALIMPSEST_SOURCE_DIR) + "/tests/support/operation_reference_vector_unit.json");
  return nlohmann::json::parse(file);
}

constexpr std::uint32_t samples = 2;

OperationCase case_of(const nlohmann::json& one) {
  OperationCase described{one.at("kind"), {}, one.at("own")};
  for (const auto& input : one.at("inputs")) described.inputs.push_back(shape_of(input.at("shape")));
  for (const auto& [name, parameter] : one.at("parameters").items())
    described.parameters[name] = shape_of(parameter.at("shape"));
  return described;
}

}  // namespace

TEST_CASE("The vector unit's operations give PyTorch's shapes and numbers") {
  for (const auto& one : reference()) {
    const OperationCase described = case_of(one);
    INFO(described.kind << ' ' << one.at("own") << " of " << one.at("inputs"));
    const std::unique_ptr<Operation> operation = described.read();
    CHECK(operation->output_shape() == shape_of(one.at("output").at("shape")));
    std::vector<Tensor> inputs;
    for (std::size_t i = 0; i < described.inputs.size(); ++i)
      inputs.push_back(tensor_of(one.at("inputs").at(i).at("values"), described.inputs[i].columns()));
    WeightSet parameters;
    for (const auto& [name, shape] : described.parameters)
      parameters[name] = tensor_of(one.at("parameters").at(name).at("values"), shape.columns());
    const Tensor result = evaluated(*operation, inputs, parameters, samples);
    const Tensor expected = tensor_of(one.at("output").at("values"), operation->output_shape().columns());
    CHECK(largest_difference(result, expected) <= 1e-5F * expected.cwiseAbs().maxCoeff());
  }
}

TEST_CASE("An index beyond the table of an embedding is told with its sample") {
  const auto embedding = OperationCase{"embedding", {{3}}, {{"table", "words"}}, {{"words", {5, 2}}}}.read();
  const WeightSet parameters{{"words", Eigen::MatrixXf::Zero(5, 2)}};
  const auto told = [&](float index) {
    Tensor x = Tensor::Zero(samples, 3);
    x(1, 2) = index;
    return thrown_error([&] { evaluated(*embedding, {x}, parameters, samples); });
  };
  CHECK(told(4.4F).code == ExitCode::ok);
  CHECK(told(-0.4F).code == ExitCode::ok);
  CHECK(told(5.0F).text == "operation it: expected whole numbers 0..4 as rows of words, got 5 in sample 1");
  CHECK(told(-1.25F).text == "operation it: expected whole numbers 0..4 as rows of words, got -1.25 in sample 1");
  CHECK(told(std::nanf("")).code == ExitCode::trace);
}

TEST_CASE("A sample with an index beyond the table is told by its number in the set") {
  NetworkBuilder builder({3});
  builder.add("embedding", {0}, {{"table", "words"}}, {{"words", {5, 2}}});
  const Network network = builder.network();
  const WeightSet parameters{{"words", Eigen::MatrixXf::Zero(5, 2)}};
  SampleSet set;
  set.samples = 4;
  set.values = {0, 1, 2, 4, 4, 4, 0, 7, 0, 3, 3, 3};
  const auto told = [&](std::size_t at_once) {
    return thrown_error([&] {
      for_each_input(
          network, set, {3, 0, 1, 2},
          [&](std::size_t /*first*/, const Tensor& input) { float_scores(network, parameters, {}, input); }, at_once);
    });
  };
  for (const std::size_t at_once : {1U, 3U, 4U})
    CHECK(told(at_once).text ==
          "operation embedding0: expected whole numbers 0..4 as rows of words, got 7 in sample 2");
  Tensor calibration = Tensor::Zero(300, 3);
  calibration(270, 0) = 5;
  CHECK(thrown_error([&] { calibrate(network, parameters, {}, calibration); }).text ==
        "/calibration: operation embedding0: expected whole numbers 0..4 as rows of words, got 5 in sample 270");
}

TEST_CASE("Indices are stored on a grid that holds all of a table, whatever calibration samples show") {
  NetworkBuilder builder({2, 3});
  const auto indices = builder.add("reshape", {0}, {{"shape", {6}}});
  const auto used = builder.add("slice", {indices}, {{"axis", 0}, {"begin", 1}, {"end", 3}, {"step", 1}});
  const auto words = builder.add("embedding", {used}, {{"table", "words"}}, {{"words", {90, 2}}});
  const auto scaled = builder.add("multiply", {words}, {{"constant", 0.25}});
  const Network network = builder.network();
  const WeightSet parameters{{"words", Eigen::MatrixXf::Constant(90, 2, 3.0F)}};
  const Ranges ranges = calibrate(network, parameters, {}, Tensor::Constant(4, 3, 2.0F));
  for (const std::uint32_t value : {0U, indices, used}) CHECK(ranges.values[value] == 89.0F);
  CHECK(ranges.values[words] == 3.0F);
  CHECK(ranges.values[scaled] == 0.75F);
}
