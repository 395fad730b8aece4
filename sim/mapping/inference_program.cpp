#include "sim/mapping/inference_program.hpp"

namespace palimpsest {

ParameterPlacements place_parameters(ProgramBuilder& builder, const std::vector<const Adapter*>& adapters,
                                     int adapter_bits) {
  const Network& network = builder.context().network;
  ParameterPlacements parameters;
  for (const Operation& operation : network.operations) {
    for (const std::string& name : {operation.bias, operation.gain}) {
      if (name.empty() || parameters.vectors.count(name) != 0) continue;
      parameters.vectors[name] = builder.layout().fixed(1, operation.output.columns, builder.activation_bits());
    }
  }
  for (const Adapter* adapter : adapters) {
    for (const auto& layer : adapter->layers) {
      const std::uint32_t index = layer.first;
      const Operation& operation = network.operations[index];
      const std::uint32_t inputs = network.shape(operation.inputs[0]).columns;
      parameters.pairs[{adapter, index}] = {
          builder.layout().fixed(adapter->rank, inputs, adapter_bits),
          builder.layout().fixed(operation.output.columns, adapter->rank, adapter_bits)};
    }
  }
  return parameters;
}

std::vector<ProgramBuilder::StoredPair> pairs_of(const ParameterPlacements& parameters,
                                                 const std::vector<const Adapter*>& adapters, std::uint32_t operation) {
  std::vector<ProgramBuilder::StoredPair> pairs;
  for (const Adapter* adapter : adapters) {
    const auto pair = parameters.pairs.find({adapter, operation});
    if (pair != parameters.pairs.end()) pairs.push_back(pair->second);
  }
  return pairs;
}

namespace {

const Placement* find(const std::map<std::string, Placement>& placements, const std::string& name) {
  const auto found = placements.find(name);
  return found == placements.end() ? nullptr : &found->second;
}

}  // namespace

std::vector<StoredValue> add_forward_pass(ProgramBuilder& builder, const ParameterPlacements& parameters,
                                          const std::vector<const Adapter*>& adapters,
                                          const std::map<std::string, Placement>& working_weights) {
  const Network& network = builder.context().network;
  std::vector<StoredValue> values{builder.receive(network.input, builder.activation_bits())};
  for (std::uint32_t index = 0; index < network.operations.size(); ++index) {
    const Operation& operation = network.operations[index];
    std::vector<StoredValue> inputs;
    for (const std::uint32_t input : operation.inputs) inputs.push_back(values[input]);
    if (operation.kind != OperationKind::linear) {
      values.push_back(builder.other_operation(index, inputs, find(parameters.vectors, operation.gain)));
      continue;
    }
    const Placement* bias = find(parameters.vectors, operation.bias);
    const Placement* working = find(working_weights, operation.weight);
    if (working == nullptr) {
      values.push_back(builder.linear_on_tiles(index, inputs[0], pairs_of(parameters, adapters, index), bias));
      continue;
    }
    const StoredValue product = builder.lora_products(
        inputs[0], {*working}, {{operation.output.columns, network.shape(operation.inputs[0]).columns}},
        operation.output, builder.activation_bits());
    values.push_back(builder.sum({product}, bias, operation.output, builder.activation_bits()));
  }
  return values;
}

Program inference_program(const ProgramContext& context, const std::vector<const Adapter*>& adapters,
                          std::uint32_t samples) {
  ProgramBuilder builder(context);
  const ParameterPlacements parameters = place_parameters(builder, adapters, context.architecture.lora_unit.bits);
  const std::vector<StoredValue> values = add_forward_pass(builder, parameters, adapters, {});
  builder.send(values[context.network.output]);
  return builder.finish(samples, context.architecture.sequencer.samples_in_flight, "inference");
}

}  // namespace palimpsest
