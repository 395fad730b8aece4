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

namespace {

const Placement* find(const std::map<std::string, Placement>& placements, const std::string& name) {
  const auto found = placements.find(name);
  return found == placements.end() ? nullptr : &found->second;
}

/// The low-rank pairs of `operation`, in the order of `adapters`, with a place for A x where it is kept.
std::vector<ProgramBuilder::StoredPair> pairs_of(ProgramBuilder& builder, const ParameterPlacements& parameters,
                                                 const std::vector<const Adapter*>& adapters, std::uint32_t operation,
                                                 const Adapter* trained_adapter) {
  std::vector<ProgramBuilder::StoredPair> pairs;
  for (const Adapter* adapter : adapters) {
    const auto pair = parameters.pairs.find({adapter, operation});
    if (pair == parameters.pairs.end()) continue;
    pairs.push_back(pair->second);
    if (adapter != trained_adapter) continue;
    const std::uint32_t rows = builder.context().network.operations[operation].output.rows;
    const std::uint32_t rank = pairs.back().a.rows;
    pairs.back().kept = builder.layout().per_sample(rows, rank, builder.context().architecture.training.gradient_bits);
  }
  return pairs;
}

}  // namespace

ForwardPass add_forward_pass(ProgramBuilder& builder, const ParameterPlacements& parameters,
                             const std::vector<const Adapter*>& adapters,
                             const std::map<std::string, Placement>& working_weights, const Adapter* trained_adapter) {
  const Network& network = builder.context().network;
  ForwardPass pass;
  std::vector<StoredValue>& values = pass.values;
  values.push_back(builder.receive(network.input, builder.activation_bits()));
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
      const auto pairs = pairs_of(builder, parameters, adapters, index, trained_adapter);
      values.push_back(builder.linear_on_tiles(index, inputs[0], pairs, bias));
      for (const auto& pair : pairs) {
        if (pair.kept) pass.kept[index] = *pair.kept;
      }
      continue;
    }
    const StoredValue product = builder.lora_products(
        inputs[0], {*working}, {{operation.output.columns, network.shape(operation.inputs[0]).columns}},
        operation.output, builder.activation_bits());
    values.push_back(builder.sum({product}, bias, operation.output, builder.activation_bits()));
  }
  return pass;
}

namespace {

ProgramBuilder built_inference(const ProgramContext& context, const std::vector<const Adapter*>& adapters) {
  ProgramBuilder builder(context);
  const ParameterPlacements parameters = place_parameters(builder, adapters, context.architecture.lora_unit.bits);
  const ForwardPass pass = add_forward_pass(builder, parameters, adapters, {}, nullptr);
  builder.send(pass.values[context.network.output]);
  return builder;
}

}  // namespace

bool parameters_off_chip(const ProgramContext& context, const std::vector<const Adapter*>& adapters) {
  return context.architecture.off_chip &&
         built_inference(context, adapters).plan(context.architecture.sequencer.samples_in_flight) ==
             BufferPlan::spilled;
}

Program inference_program(const ProgramContext& context, const std::vector<const Adapter*>& adapters,
                          std::uint32_t samples) {
  ProgramBuilder builder = built_inference(context, adapters);
  return builder.finish(samples, context.architecture.sequencer.samples_in_flight, "inference");
}

}  // namespace palimpsest
