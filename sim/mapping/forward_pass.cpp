#include "sim/mapping/forward_pass.hpp"

namespace palimpsest {

namespace {

const Placement* find(const std::map<std::string, Placement>& placements, const std::string& name) {
  const auto found = placements.find(name);
  return found == placements.end() ? nullptr : &found->second;
}

}  // namespace

ParameterPlacements place_parameters(ProgramBuilder& builder, const std::vector<const Adapter*>& adapters,
                                     int adapter_bits) {
  const Network& network = builder.context().network;
  ParameterPlacements parameters;
  for (const std::string& name : network.digital_parameters()) {
    const Shape& shape = network.parameters.at(name);
    parameters.digital[name] = builder.layout().fixed(shape.rows(), shape.columns(), builder.activation_bits());
  }
  for (const Adapter* adapter : adapters) {
    for (const Operation* operation : adapted_operations(network, *adapter)) {
      const ArrayProduct& product = *operation->array_product();
      const std::uint32_t rank = adapter->layers.at(product.layer).rank();
      parameters.pairs[{adapter, product.layer}] = {builder.layout().fixed(rank, product.inputs, adapter_bits),
                                                    builder.layout().fixed(product.outputs, rank, adapter_bits)};
    }
  }
  return parameters;
}

ForwardPass::ForwardPass(ProgramBuilder& builder, const ParameterPlacements& parameters,
                         const std::vector<const Adapter*>& adapters,
                         const std::map<std::string, Placement>& working_weights, const Adapter* trained_adapter)
    : builder_(builder),
      parameters_(parameters),
      adapters_(adapters),
      working_weights_(working_weights),
      trained_adapter_(trained_adapter),
      values_(builder.context().network.execution_values().size()) {}

void ForwardPass::add() {
  const Network& network = builder_.context().network;
  values_[0] = builder_.receive(network.input(), builder_.activation_bits());
  for (const Execution& execution : network.executions()) {
    std::vector<StoredValue> inputs;
    for (const std::uint32_t input : execution.inputs) inputs.push_back(values_[input]);
    const std::vector<StoredValue> outputs = execution.operation->lower(*this, execution, inputs);
    for (std::size_t i = 0; i < outputs.size(); ++i) values_[execution.outputs[i]] = outputs[i];
  }
}

StoredValue ForwardPass::vector_work(const VectorWork& work, const std::vector<StoredValue>& inputs,
                                     const std::vector<std::string>& parameters, const Shape& shape) {
  if (!work.row_by_row) {
    std::vector<StoredValue> whole;
    for (const std::string& name : parameters) whole.push_back(parameter(name));
    return builder_.at_once(inputs, shape, builder_.activation_bits(), work.operations, work.bands, whole);
  }
  std::vector<Placement> fixed;
  fixed.reserve(parameters.size());
  for (const std::string& name : parameters) fixed.push_back(parameters_.digital.at(name));
  return builder_.row_by_row(inputs, fixed, shape, builder_.activation_bits(), work.operations);
}

std::vector<ProgramBuilder::StoredPair> ForwardPass::pairs_of(const Execution& execution) {
  const ArrayProduct& product = *execution.operation->array_product();
  std::vector<ProgramBuilder::StoredPair> pairs;
  for (const Adapter* adapter : adapters_) {
    const auto pair = parameters_.pairs.find({adapter, product.layer});
    if (pair == parameters_.pairs.end()) continue;
    pairs.push_back(pair->second);
    if (adapter != trained_adapter_) continue;
    pairs.back().kept = builder_.layout().per_sample(product.vectors, pairs.back().a.rows,
                                                     builder_.context().architecture.training.gradient_bits);
    kept_[&execution] = *pairs.back().kept;
  }
  return pairs;
}

StoredValue ForwardPass::array_product(const Execution& execution, const StoredValue& x, const Shape& shape) {
  const ArrayProduct& product = *execution.operation->array_product();
  const Placement* bias = find(parameters_.digital, product.bias);
  const Placement* working = find(working_weights_, product.weight);
  if (working == nullptr) return builder_.product_on_tiles(product, x, pairs_of(execution), bias, shape);
  const StoredValue result = builder_.lora_products(
      x, {*working}, {{product.outputs_of_group(), product.inputs, product.groups}}, shape, builder_.activation_bits());
  return builder_.sum({result}, bias, shape, builder_.activation_bits());
}

}  // namespace palimpsest
