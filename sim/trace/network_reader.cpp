#include "sim/trace/network_reader.hpp"

#include <map>
#include <set>
#include <utility>

#include "sim/operations/kinds.hpp"

namespace palimpsest {
namespace {

std::string parameter_tensor(const std::string& weight_set, const std::string& parameter) {
  return "weights/" + weight_set + '/' + parameter;
}

float read_float(JsonReader& reader, const char* key) { return static_cast<float>(reader.number(key, -1e6, 1e6)); }

TensorShape tensor_shape(const Shape& shape) { return {shape.extents().begin(), shape.extents().end()}; }

/// Shapes as the tensors of one weight set have them.
class TensorShapes : public ParameterShapes {
 public:
  TensorShapes(const Safetensors& tensors, const std::string& weight_set)
      : tensors_(tensors), weight_set_(weight_set) {}

  Shape shape(const std::string& name, std::size_t dimensions) const override {
    const std::string tensor = parameter_tensor(weight_set_, name);
    std::vector<std::uint32_t> extents;
    for (const std::uint64_t extent : tensors_.shape(tensor, TensorType::f32, dimensions)) {
      if (extent < 1 || extent > largest_extent)
        fail(name, "expected extents of 1.." + std::to_string(largest_extent) + ", got " + std::to_string(extent));
      extents.push_back(static_cast<std::uint32_t>(extent));
    }
    return Shape(extents);
  }
  [[noreturn]] void fail(const std::string& name, const std::string& message) const override {
    tensors_.fail(parameter_tensor(weight_set_, name), message);
  }

 private:
  const Safetensors& tensors_;
  std::string weight_set_;
};

/// Puts a network together from its description, knowing the values by name.
class NetworkAssembly {
 public:
  NetworkAssembly(const ParameterShapes& parameters, std::uint32_t version)
      : parameters_(parameters), version_(version) {}

  void read_input(JsonReader reader) {
    const std::string name = reader.text("name");
    const std::vector<std::int64_t> extents = reader.integers("shape", 1, largest_extent);
    if (version_ == 1 && extents.size() != 2) reader.fail("shape", "expected [rows, columns]");
    if (extents.empty() || extents.size() > most_dimensions)
      reader.fail("shape", "expected 1.." + std::to_string(most_dimensions) + " dimensions");
    const Shape shape(std::vector<std::uint32_t>(extents.begin(), extents.end()));
    if (!within_limits(shape)) reader.fail("shape", "expected at most " + std::to_string(largest_value) + " elements");
    network_ = Network(shape);
    network_.input_scale = read_float(reader, "scale");
    network_.input_offset = read_float(reader, "offset");
    if (network_.input_scale == 0.0F) reader.fail("scale", "expected a scale other than 0");
    reader.finish();
    values_.emplace(name, 0);
  }

  void read_operation(JsonReader reader) {
    const std::string name = reader.text("name");
    if (!names_.insert(name).second) reader.fail("name", "expected a new name, got " + name);
    OperationSource source{reader, version_, parameters_, network_.parameters, name, network_.next_index(), {}, {}};
    read_inputs(source);
    std::unique_ptr<Operation> operation = palimpsest::read_operation(source);
    const char* key = version_ == 1 ? "output" : "outputs";
    for (const Shape& shape : operation->output_shapes()) {
      if (!within_limits(shape))
        reader.fail(key, "expected at most " + std::to_string(largest_value) + " elements, got " + shown(shape));
    }
    name_outputs(reader, key, *operation);
    reader.finish();
    network_.add(std::move(operation));
  }

  Network finish(JsonReader& reader) {
    if (network_.operations().empty()) reader.fail("operations", "expected at least one operation");
    const std::string name = reader.text("output");
    const auto found = values_.find(name);
    if (found == values_.end()) reader.fail("output", "expected the name of a value, got " + name);
    used_.insert(found->second);
    for (const auto& [value_name, value] : values_)
      if (used_.count(value) == 0)
        reader.fail("operations", "expected every value to be used, got no use of " + value_name);
    network_.finish(found->second);
    return std::move(network_);
  }

 private:
  static constexpr std::size_t most_dimensions = 8;

  static bool within_limits(const Shape& shape) {
    std::uint64_t elements = 1;
    for (const std::uint32_t extent : shape.extents()) {
      elements *= extent;
      if (elements > largest_value) return false;
    }
    return true;
  }

  void read_inputs(OperationSource& source) {
    for (const std::string& name : source.reader.texts("inputs")) {
      const auto found = values_.find(name);
      if (found == values_.end()) source.reader.fail("inputs", "no earlier operation gives the value " + name);
      source.inputs.push_back(found->second);
      source.input_shapes.push_back(network_.shape(found->second));
      used_.insert(found->second);
    }
  }

  void name_outputs(JsonReader& reader, const char* key, const Operation& operation) {
    const std::vector<std::string> names =
        version_ == 1 ? std::vector<std::string>{reader.text(key)} : reader.texts(key);
    if (names.size() != operation.output_shapes().size())
      reader.fail(key, "expected " + std::to_string(operation.output_shapes().size()) + " names, got " +
                           std::to_string(names.size()));
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (!values_.emplace(names[i], network_.values() + static_cast<std::uint32_t>(i)).second)
        reader.fail(key, "expected the name of a new value, got " + names[i]);
    }
  }

  const ParameterShapes& parameters_;
  std::uint32_t version_;
  Network network_;
  std::map<std::string, std::uint32_t> values_;
  std::set<std::string> names_;
  std::set<std::uint32_t> used_;
};

}  // namespace

Network read_network(JsonReader reader, const Safetensors& tensors, const std::string& weight_set,
                     std::uint32_t version) {
  const TensorShapes shapes(tensors, weight_set);
  NetworkAssembly assembly(shapes, version);
  assembly.read_input(reader.object("input"));
  for (const JsonReader& operation : reader.objects("operations")) assembly.read_operation(operation);
  Network network = assembly.finish(reader);
  reader.finish();
  return network;
}

WeightSet read_weight_set(const Network& network, Safetensors& tensors, const std::string& weight_set) {
  std::set<std::string> in_arrays;
  for (const Operation* owner : network.weight_owners()) in_arrays.insert(owner->array_product()->weight);
  WeightSet weights;
  for (const auto& [name, shape] : network.parameters) {
    // Of a weight in the arrays the outputs are the rows, of any other parameter all but the last extent.
    const std::uint64_t rows = in_arrays.count(name) != 0 ? shape.extent(0) : shape.rows();
    weights[name] =
        tensors.floats(parameter_tensor(weight_set, name), tensor_shape(shape), rows, shape.elements() / rows);
  }
  return weights;
}

}  // namespace palimpsest
