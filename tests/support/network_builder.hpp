#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/trace/trace.hpp"

namespace palimpsest::test {

/// Puts a network together, value by value. Programs ask for shapes and names alone; parameters have no values.
class NetworkBuilder {
 public:
  explicit NetworkBuilder(Shape input) { network_.input = input; }

  std::uint32_t linear(std::uint32_t input, std::uint32_t outputs, const std::string& weight,
                       const std::string& bias = "") {
    Operation operation = made(OperationKind::linear, {input}, {network_.shape(input).rows, outputs});
    operation.weight = weight;
    operation.bias = bias;
    return add(std::move(operation));
  }
  std::uint32_t norm(std::uint32_t input, const std::string& gain) {
    Operation operation = made(OperationKind::rms_norm, {input}, network_.shape(input));
    operation.gain = gain;
    return add(std::move(operation));
  }
  std::uint32_t gelu(std::uint32_t input) { return add(made(OperationKind::gelu, {input}, network_.shape(input))); }
  std::uint32_t relu(std::uint32_t input) { return add(made(OperationKind::relu, {input}, network_.shape(input))); }
  std::uint32_t sum(std::uint32_t one, std::uint32_t other) {
    return add(made(OperationKind::add, {one, other}, network_.shape(one)));
  }
  std::uint32_t transpose(std::uint32_t input) {
    const Shape shape = network_.shape(input);
    return add(made(OperationKind::transpose, {input}, {shape.columns, shape.rows}));
  }
  std::uint32_t mean(std::uint32_t input) {
    return add(made(OperationKind::mean, {input}, {1, network_.shape(input).columns}));
  }

  /// The network; its output is the last value.
  Network network() const {
    Network network = network_;
    network.output = network.values() - 1;
    return network;
  }

 private:
  static Operation made(OperationKind kind, std::vector<std::uint32_t> inputs, Shape output) {
    Operation operation;
    operation.kind = kind;
    operation.inputs = std::move(inputs);
    operation.output = output;
    return operation;
  }
  std::uint32_t add(Operation operation) {
    network_.operations.push_back(std::move(operation));
    return network_.values() - 1;
  }

  Network network_;
};

/// An adapter of `rank` on the linear operations numbered `layers`.
inline Adapter adapter_on(const Network& network, const std::vector<std::uint32_t>& layers, std::uint32_t rank) {
  Adapter adapter;
  adapter.rank = rank;
  for (const std::uint32_t layer : layers) {
    const Operation& operation = network.operations.at(layer);
    adapter.layers[layer] = {Eigen::MatrixXf::Zero(rank, network.shape(operation.inputs[0]).columns),
                             Eigen::MatrixXf::Zero(operation.output.columns, rank)};
  }
  return adapter;
}

}  // namespace palimpsest::test
