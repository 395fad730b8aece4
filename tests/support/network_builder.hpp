#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/config/json_reader.hpp"
#include "sim/operations/kinds.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest::test {

/// Shapes of parameters that were noted by name.
class NotedShapes : public ParameterShapes {
 public:
  Shape shape(const std::string& name, std::size_t /*dimensions*/) const override { return shapes.at(name); }
  [[noreturn]] void fail(const std::string& name, const std::string& message) const override {
    throw UserError(ExitCode::trace, name + ": " + message);
  }

  std::map<std::string, Shape> shapes;
};

/// Puts a network together, value by value, from the operations' descriptions in a trace. Programs ask for shapes and
/// names alone; parameters have no values.
class NetworkBuilder {
 public:
  explicit NetworkBuilder(const Shape& input,
                          DepthwiseConvolutions depthwise_convolutions = DepthwiseConvolutions::vector_unit)
      : network_(input), depthwise_convolutions_(depthwise_convolutions) {}

  /// Appends an operation of version 2: `description` has what its kind has of its own, `parameters` the shapes of new
  /// parameters. Returns the number of its first output.
  std::uint32_t add(const std::string& kind, const std::vector<std::uint32_t>& inputs,
                    nlohmann::json description = nlohmann::json::object(),
                    const std::map<std::string, Shape>& parameters = {}) {
    parameters_.shapes.insert(parameters.begin(), parameters.end());
    description["operation"] = kind;
    description["inputs"] = inputs;  // the reader has their shapes already
    const JsonDocument document(std::move(description), kind, ExitCode::trace);
    JsonReader reader(document);
    const std::string name = kind + std::to_string(network_.next_index());
    OperationSource source{
        reader, 2, parameters_, network_.parameters, name, network_.next_index(), inputs, {}, depthwise_convolutions_};
    for (const std::uint32_t input : inputs) source.input_shapes.push_back(network_.shape(input));
    const std::uint32_t output = network_.values();
    network_.add(read_operation(source));
    return output;
  }

  std::uint32_t linear(std::uint32_t input, std::uint32_t outputs, const std::string& weight,
                       const std::string& bias = "") {
    nlohmann::json description = {{"weight", weight}, {"bias", nullptr}};
    if (!bias.empty()) description["bias"] = bias;
    return add("linear", {input}, description, {{weight, Shape{outputs, network_.shape(input).columns()}}});
  }
  std::uint32_t norm(std::uint32_t input, const std::string& gain) {
    return add("rms_norm", {input}, {{"gain", gain}, {"epsilon", 1e-6}});
  }
  /// Without padding and dilation.
  std::uint32_t conv2d(std::uint32_t input, const std::string& weight, const Shape& shape, std::uint32_t groups = 1,
                       const std::string& bias = "") {
    nlohmann::json description = {{"weight", weight}, {"bias", nullptr},   {"groups", groups},
                                  {"stride", {1, 1}}, {"padding", {0, 0}}, {"dilation", {1, 1}}};
    if (!bias.empty()) description["bias"] = bias;
    return add("conv2d", {input}, description, {{weight, shape}});
  }
  std::uint32_t gelu(std::uint32_t input) { return add("gelu", {input}); }
  std::uint32_t relu(std::uint32_t input) { return add("relu", {input}); }
  std::uint32_t sum(std::uint32_t one, std::uint32_t other) { return add("add", {one, other}); }
  std::uint32_t transpose(std::uint32_t input) { return add("permute", {input}, {{"order", {1, 0}}}); }
  std::uint32_t mean(std::uint32_t input) { return add("mean", {input}, {{"axes", {0}}, {"keep", true}}); }

  /// The network so far; its output is the last value, or `output`.
  Network network() const { return network(network_.values() - 1); }
  Network network(std::uint32_t output) const {
    Network network = network_;
    network.finish(output);
    return network;
  }

 private:
  Network network_;
  DepthwiseConvolutions depthwise_convolutions_;
  NotedShapes parameters_;
};

/// An adapter of `rank` on the linear operations numbered `operations`.
inline Adapter adapter_on(const Network& network, const std::vector<std::uint32_t>& operations, std::uint32_t rank) {
  Adapter adapter;
  for (const std::uint32_t number : operations) {
    const ArrayProduct& product = *network.operation(number).array_product();
    adapter.layers[product.layer] = {Eigen::MatrixXf::Zero(rank, product.inputs),
                                     Eigen::MatrixXf::Zero(product.outputs, rank)};
  }
  return adapter;
}

}  // namespace palimpsest::test
