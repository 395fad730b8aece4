#pragma once

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "sim/network/float_network.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/numpy_reference.hpp"

namespace palimpsest::test {

/// An operation without a network: its inputs are values 0, 1, ..., its outputs those that follow.
struct LoneOperation {
  std::unique_ptr<Operation> operation;
  Execution execution;
};

inline LoneOperation lone_operation(const std::string& kind, nlohmann::json description,
                                    const std::vector<Shape>& inputs,
                                    const std::map<std::string, Shape>& parameters = {},
                                    DepthwiseConvolutions depthwise_convolutions = DepthwiseConvolutions::vector_unit) {
  NotedShapes shapes;
  shapes.shapes = parameters;
  std::vector<std::uint32_t> values(inputs.size());
  std::iota(values.begin(), values.end(), 0U);
  description["operation"] = kind;
  const JsonDocument document(std::move(description), kind, ExitCode::trace);
  JsonReader reader(document);
  std::map<std::string, Shape> used;
  OperationSource source{reader, 2, shapes, used, kind, 0, values, inputs, depthwise_convolutions};
  LoneOperation lone;
  lone.operation = read_operation(source);
  reader.finish();
  lone.execution.operation = lone.operation.get();
  lone.execution.inputs = values;
  for (std::size_t output = 0; output < lone.operation->output_shapes().size(); ++output)
    lone.execution.outputs.push_back(static_cast<std::uint32_t>(inputs.size() + output));
  lone.operation->set_outputs(lone.execution.outputs);
  return lone;
}

inline Shape shape_of(const nlohmann::json& tensor) {
  return Shape(tensor.at("shape").get<std::vector<std::uint32_t>>());
}

/// All samples of a value.
inline Tensor tensor_of(const nlohmann::json& tensor) {
  const auto values = tensor.at("values").get<std::vector<float>>();
  const auto columns = static_cast<Eigen::Index>(shape_of(tensor).columns());
  return Eigen::Map<const Tensor>(values.data(), static_cast<Eigen::Index>(values.size()) / columns, columns);
}

/// Parameters as a trace's reader gives them: of a weight in the arrays the outputs are the rows.
inline WeightSet weights_of(const nlohmann::json& parameters, const Operation& operation) {
  WeightSet weights;
  for (const auto& [name, tensor] : parameters.items()) {
    const bool in_arrays = operation.array_product() != nullptr && operation.array_product()->weight == name;
    const Tensor values = tensor_of(tensor);
    const Eigen::Index rows = in_arrays ? Eigen::Index{shape_of(tensor).extent(0)} : values.rows();
    weights[name] = Eigen::Map<const Tensor>(values.data(), rows, values.size() / rows);
  }
  return weights;
}

/// Checks the numbers of every case of a kind in operation_reference_<topic>.json to 1e-5 of the largest.
inline void check_numbers(const std::string& topic, const std::string& kind,
                          DepthwiseConvolutions depthwise_convolutions = DepthwiseConvolutions::vector_unit) {
  std::ifstream file(std::string(PALIMPSEST_SOURCE_DIR) + "/tests/support/operation_reference_" + topic + ".json");
  const nlohmann::json cases = nlohmann::json::parse(file).at(kind);
  REQUIRE(!cases.empty());
  for (const nlohmann::json& one : cases) {
    INFO(kind << ", " << one.at("name").get<std::string>());
    std::vector<Shape> shapes;
    std::vector<Tensor> inputs;
    for (const nlohmann::json& input : one.at("inputs")) {
      shapes.push_back(shape_of(input));
      inputs.push_back(tensor_of(input));
    }
    std::map<std::string, Shape> parameters;
    for (const auto& [name, tensor] : one.at("parameters").items()) parameters.emplace(name, shape_of(tensor));
    const LoneOperation lone = lone_operation(kind, one.at("description"), shapes, parameters, depthwise_convolutions);
    const WeightSet weights = weights_of(one.at("parameters"), *lone.operation);
    FloatArithmetic arithmetic(weights, {});
    std::vector<const Tensor*> read;
    for (const Tensor& input : inputs) read.push_back(&input);
    std::vector<Tensor> outputs(lone.operation->output_shapes().size());
    lone.operation->evaluate({lone.execution, read, weights, arithmetic}, outputs);
    REQUIRE(outputs.size() == one.at("outputs").size());
    for (std::size_t output = 0; output < outputs.size(); ++output) {
      const nlohmann::json& expected = one.at("outputs").at(output);
      CHECK(lone.operation->output_shape(output) == shape_of(expected));
      const Tensor numbers = tensor_of(expected);
      CHECK(largest_difference(outputs[output], numbers) <= 1e-5F * numbers.cwiseAbs().maxCoeff());
    }
  }
}

}  // namespace palimpsest::test
