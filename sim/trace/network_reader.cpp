#include "sim/trace/network_reader.hpp"

#include <set>

#include "sim/trace/network_assembly.hpp"

namespace palimpsest {
namespace {

std::string parameter_tensor(const std::string& weight_set, const std::string& parameter) {
  return "weights/" + weight_set + '/' + parameter;
}

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

}  // namespace

Network read_network(JsonReader reader, const Safetensors& tensors, const std::string& weight_set,
                     std::uint32_t version, DepthwiseConvolutions depthwise_convolutions) {
  const TensorShapes shapes(tensors, weight_set);
  NetworkAssembly assembly(shapes, version, depthwise_convolutions);
  assembly.read_input(reader.object("input"));
  assembly.read_operations(reader);
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
