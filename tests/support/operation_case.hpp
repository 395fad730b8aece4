#pragma once

#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sim/network/float_network.hpp"
#include "sim/operations/kinds.hpp"
#include "tests/support/network_builder.hpp"

namespace palimpsest::test {

inline Shape shape_of(const nlohmann::json& extents) { return Shape(extents.get<std::vector<std::uint32_t>>()); }

/// One operation by itself: its kind, the shapes of inputs and parameters, and what its kind has of its own.
struct OperationCase {
  std::string kind;
  std::vector<Shape> inputs;
  nlohmann::json description = nlohmann::json::object();
  std::map<std::string, Shape> parameters = {};
  std::uint32_t version = 2;

  /// Reads it as from a trace. Throws UserError, also for keys that are left over.
  std::unique_ptr<Operation> read() const {
    NotedShapes shapes;
    shapes.shapes = parameters;
    nlohmann::json object = description;
    object["operation"] = kind;
    const JsonDocument document(std::move(object), kind, ExitCode::trace);
    JsonReader reader(document);
    std::map<std::string, Shape> used;
    std::vector<std::uint32_t> values(inputs.size());
    OperationSource source{reader, version, shapes, used, "it", 0, values, inputs};
    std::unique_ptr<Operation> operation = read_operation(source);
    reader.finish();
    return operation;
  }
};

/// What it gives for `inputs`, each of as many samples as there are.
inline Tensor evaluated(const Operation& operation, const std::vector<Tensor>& inputs, const WeightSet& parameters,
                        std::uint32_t samples) {
  FloatArithmetic arithmetic(parameters, {});
  Execution execution;
  execution.operation = &operation;
  std::vector<const Tensor*> pointers;
  for (const Tensor& input : inputs) pointers.push_back(&input);
  std::vector<Tensor> outputs(1);
  operation.evaluate({execution, pointers, parameters, arithmetic, samples}, outputs);
  return outputs[0];
}

/// Numbers in C order as a matrix of `columns`.
inline Tensor tensor_of(const nlohmann::json& values, Eigen::Index columns) {
  const auto numbers = values.get<std::vector<float>>();
  return Eigen::Map<const Tensor>(numbers.data(), static_cast<Eigen::Index>(numbers.size()) / columns, columns);
}

}  // namespace palimpsest::test
