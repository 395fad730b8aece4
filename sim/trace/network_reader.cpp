#include "sim/trace/network_reader.hpp"

#include <map>
#include <set>
#include <utility>

namespace palimpsest {
namespace {

// A small file can name a product with a huge result.
constexpr std::int64_t largest_value = std::int64_t{1} << 24U;

std::string shown(Shape shape) { return shown_shape({shape.rows, shape.columns}); }

std::string parameter_tensor(const std::string& weight_set, const std::string& parameter) {
  return "weights/" + weight_set + '/' + parameter;
}

float read_float(JsonReader& reader, const char* key) { return static_cast<float>(reader.number(key, -1e6, 1e6)); }

std::size_t input_count(OperationKind kind) { return kind == OperationKind::add ? 2 : 1; }

/// Builds a network operation by operation, knowing the values by name.
class NetworkBuilder {
 public:
  NetworkBuilder(const Safetensors& tensors, const std::string& weight_set)
      : tensors_(tensors), weight_set_(weight_set) {}

  void read_input(JsonReader reader) {
    const std::string name = reader.text("name");
    const std::vector<std::int64_t> extents = reader.integers("shape", 1, largest_extent);
    if (extents.size() != 2) reader.fail("shape", "expected [rows, columns]");
    if (extents[0] * extents[1] > largest_value)
      reader.fail("shape", "expected at most " + std::to_string(largest_value) + " elements");
    network_.input = {static_cast<std::uint32_t>(extents[0]), static_cast<std::uint32_t>(extents[1])};
    network_.input_scale = read_float(reader, "scale");
    network_.input_offset = read_float(reader, "offset");
    if (network_.input_scale == 0.0F) reader.fail("scale", "expected a scale other than 0");
    reader.finish();
    values_.emplace(name, 0);
  }

  void read_operation(JsonReader reader) {
    Operation operation;
    operation.name = reader.text("name");
    if (!names_.insert(operation.name).second) reader.fail("name", "expected a new name, got " + operation.name);
    operation.kind = reader.choice<OperationKind>("operation", {{"linear", OperationKind::linear},
                                                                {"rms_norm", OperationKind::rms_norm},
                                                                {"gelu", OperationKind::gelu},
                                                                {"relu", OperationKind::relu},
                                                                {"add", OperationKind::add},
                                                                {"transpose", OperationKind::transpose},
                                                                {"mean", OperationKind::mean}});
    read_inputs(reader, operation);
    read_parameters(reader, operation);
    operation.output = output_shape(reader, operation);
    if (std::int64_t{operation.output.rows} * operation.output.columns > largest_value)
      reader.fail("output",
                  "expected at most " + std::to_string(largest_value) + " elements, got " + shown(operation.output));
    const std::string output = reader.text("output");
    if (!values_.emplace(output, network_.values()).second)
      reader.fail("output", "expected the name of a new value, got " + output);
    reader.finish();
    network_.operations.push_back(std::move(operation));
  }

  Network finish(JsonReader& reader) {
    if (network_.operations.empty()) reader.fail("operations", "expected at least one operation");
    const std::string name = reader.text("output");
    const auto found = values_.find(name);
    if (found == values_.end()) reader.fail("output", "expected the name of a value, got " + name);
    network_.output = found->second;
    used_.insert(network_.output);
    for (const auto& [value_name, value] : values_)
      if (used_.count(value) == 0)
        reader.fail("operations", "expected every value to be used, got no use of " + value_name);
    return std::move(network_);
  }

 private:
  void read_inputs(JsonReader& reader, Operation& operation) {
    const std::vector<std::string> names = reader.texts("inputs");
    if (names.size() != input_count(operation.kind))
      reader.fail("inputs",
                  "expected " + std::to_string(input_count(operation.kind)) + ", got " + std::to_string(names.size()));
    for (const std::string& name : names) {
      const auto found = values_.find(name);
      if (found == values_.end()) reader.fail("inputs", "no earlier operation gives the value " + name);
      operation.inputs.push_back(found->second);
      used_.insert(found->second);
    }
  }

  static void read_parameters(JsonReader& reader, Operation& operation) {
    if (operation.kind == OperationKind::linear) {
      operation.weight = reader.text("weight");
      operation.bias = reader.text_or_null("bias").value_or("");
    } else if (operation.kind == OperationKind::rms_norm) {
      operation.gain = reader.text("gain");
      operation.epsilon = static_cast<float>(reader.number("epsilon", 1e-30, 1.0));
    }
  }

  Shape output_shape(JsonReader& reader, const Operation& operation) const {
    const Shape input = network_.shape(operation.inputs[0]);
    switch (operation.kind) {
      case OperationKind::linear:
        return {input.rows, linear_width(operation, input.columns)};
      case OperationKind::transpose:
        return {input.columns, input.rows};
      case OperationKind::mean:
        return {1, input.columns};
      case OperationKind::add: {
        const Shape other = network_.shape(operation.inputs[1]);
        if (input.rows != other.rows || input.columns != other.columns)
          reader.fail("inputs", "expected two values of one shape, got " + shown(input) + " and " + shown(other));
        return input;
      }
      case OperationKind::rms_norm:
      case OperationKind::gelu:
      case OperationKind::relu:
        break;
    }
    return input;
  }

  std::uint32_t linear_width(const Operation& operation, std::uint32_t columns) const {
    const std::string name = parameter_tensor(weight_set_, operation.weight);
    const TensorShape& shape = tensors_.shape(name, TensorType::f32, 2);
    if (shape[1] != columns || shape[0] < 1 || shape[0] > largest_extent)
      tensors_.fail(name, "expected [1.." + std::to_string(largest_extent) + ", " + std::to_string(columns) +
                              "] as the weight of " + operation.name + ", got " + shown_shape(shape));
    return static_cast<std::uint32_t>(shape[0]);
  }

  const Safetensors& tensors_;
  const std::string& weight_set_;
  Network network_;
  std::map<std::string, std::uint32_t> values_;
  std::set<std::string> names_;
  std::set<std::uint32_t> used_;
};

}  // namespace

Network read_network(JsonReader reader, const Safetensors& tensors, const std::string& weight_set) {
  NetworkBuilder builder(tensors, weight_set);
  builder.read_input(reader.object("input"));
  for (const JsonReader& operation : reader.objects("operations")) builder.read_operation(operation);
  Network network = builder.finish(reader);
  reader.finish();
  return network;
}

WeightSet read_weight_set(const Network& network, Safetensors& tensors, const std::string& weight_set) {
  WeightSet weights;
  for (const Operation& operation : network.operations) {
    const auto input_columns = network.shape(operation.inputs[0]).columns;
    const auto tensor = [&](const std::string& parameter) { return parameter_tensor(weight_set, parameter); };
    // Operations may share a parameter; each use checks the shape.
    if (!operation.weight.empty())
      weights[operation.weight] = tensors.matrix(tensor(operation.weight), operation.output.columns, input_columns);
    if (!operation.bias.empty())
      weights[operation.bias] = tensors.row(tensor(operation.bias), operation.output.columns);
    if (!operation.gain.empty()) weights[operation.gain] = tensors.row(tensor(operation.gain), input_columns);
  }
  return weights;
}

}  // namespace palimpsest
