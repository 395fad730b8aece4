#include "sim/mapping/forward_pass.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace palimpsest {

namespace {

const Placement* find(const std::map<std::string, Placement>& placements, const std::string& name) {
  const auto found = placements.find(name);
  return found == placements.end() ? nullptr : &found->second;
}

/// Executions of a layer in one sample.
std::uint64_t uses_of(const Network& network, const std::string& layer) {
  const auto& all = network.executions();
  return static_cast<std::uint64_t>(std::count_if(all.begin(), all.end(), [&](const Execution& execution) {
    const ArrayProduct* product = execution.operation->array_product();
    return product != nullptr && product->layer == layer;
  }));
}

struct HoldablePair {
  ProgramBuilder::StoredPair* pair = nullptr;
  std::uint64_t uses = 0;
  std::uint64_t bits = 0;
};

void choose_held(std::vector<HoldablePair> pairs, std::uint64_t register_bits) {
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const HoldablePair& one, const HoldablePair& other) { return one.uses > other.uses; });
  for (const HoldablePair& one : pairs) {
    one.pair->is_held = one.bits <= register_bits;
    if (one.pair->is_held) register_bits -= one.bits;
  }
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
  std::vector<HoldablePair> holdable;
  for (const Adapter* adapter : adapters) {
    for (const Operation* operation : adapted_operations(network, *adapter)) {
      const ArrayProduct& product = *operation->array_product();
      const std::uint32_t rank = adapter->layers.at(product.layer).rank();
      ProgramBuilder::StoredPair& pair = parameters.pairs[{adapter, product.layer}];
      holdable.push_back(
          {&pair, uses_of(network, product.layer),
           rank * (std::uint64_t{product.inputs} + product.outputs) * static_cast<std::uint64_t>(adapter_bits)});
      pair = {builder.layout().fixed(rank, product.inputs, adapter_bits),
              builder.layout().fixed(product.outputs, rank, adapter_bits), adapter_bits};
    }
  }
  choose_held(std::move(holdable), builder.context().architecture.lora_unit.register_bits);
  return parameters;
}

ForwardPass::ForwardPass(ProgramBuilder& builder, const ParameterPlacements& parameters,
                         const std::vector<const Adapter*>& adapters,
                         const std::map<std::string, Placement>& working_weights, const Adapter* trained_adapter,
                         const std::set<std::uint32_t>* read_again)
    : builder_(builder),
      parameters_(parameters),
      adapters_(adapters),
      working_weights_(working_weights),
      trained_adapter_(trained_adapter),
      read_again_(read_again),
      chains_(builder.context().network, builder.context().architecture.data_path, read_again == nullptr),
      spike_products_(spike_products(builder.context().network)),
      values_(builder.context().network.execution_values().size()) {}

void ForwardPass::add() {
  const Network& network = builder_.context().network;
  values_[0] = builder_.receive(network.input(), builder_.activation_bits());
  std::set<const Execution*> done;
  for (const Execution& execution : network.executions()) {
    if (done.count(&execution) != 0) continue;
    std::vector<StoredValue> inputs;
    for (const std::uint32_t input : execution.inputs) inputs.push_back(values_[input]);
    const std::vector<StoredValue> outputs = execution.operation->lower(*this, execution, inputs);
    const std::vector<const Execution*>& chain = chain_behind(execution);
    done.insert(chain.begin(), chain.end());
    const Execution& result = first_stored(execution);
    for (std::size_t i = 0; i < outputs.size(); ++i) values_[result.outputs[i]] = outputs[i];
  }
}

const std::vector<const Execution*>& ForwardPass::chain_behind(const Execution& execution) const {
  static const std::vector<const Execution*> none;
  const ArrayProduct* product = execution.operation->array_product();
  if (product == nullptr || find(working_weights_, product->weight) != nullptr) return none;
  if (read_again_ != nullptr && !execution.operation->gives_array_product()) return none;
  return chains_.behind(execution);
}

std::vector<ProgramBuilder::LaneFunction> ForwardPass::functions_behind(const Execution& execution) const {
  std::vector<ProgramBuilder::LaneFunction> functions;
  std::uint32_t before = execution.outputs.front();
  for (const Execution* one : chain_behind(execution)) {
    ProgramBuilder::LaneFunction function;
    function.transposes = one->operation->transposes();
    if (!function.transposes) function.of_element = *one->operation->elementwise();
    function.outputs = static_cast<std::uint32_t>(one->outputs.size());
    for (const std::uint32_t input : one->inputs) {
      if (input != before) function.others.push_back(values_[input]);
    }
    before = one->outputs.front();
    functions.push_back(std::move(function));
  }
  return functions;
}

std::vector<bool> ForwardPass::stored_stages(const Execution& execution) const {
  const auto is_read_again = [&](const Execution& one) {
    return read_again_ != nullptr && read_again_->count(one.outputs.front()) != 0;
  };
  std::vector<bool> stored{is_read_again(execution)};
  for (const Execution* one : chain_behind(execution)) stored.push_back(is_read_again(*one));
  stored.back() = true;
  return stored;
}

const Execution& ForwardPass::first_stored(const Execution& execution) const {
  const std::vector<bool> stored = stored_stages(execution);
  const auto stage = std::find(stored.begin(), stored.end(), true) - stored.begin();
  return stage == 0 ? execution : *chain_behind(execution)[static_cast<std::size_t>(stage - 1)];
}

StoredValue ForwardPass::vector_work(const VectorWork& work, const std::vector<StoredValue>& inputs,
                                     const std::vector<std::string>& parameters, const Shape& shape) {
  if (!work.row_by_row) {
    std::vector<StoredValue> whole = inputs;
    for (const std::string& name : parameters) whole.push_back(parameter(name));
    return builder_.at_once(whole, shape, builder_.activation_bits(), work.operations, work.bands);
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

void ForwardPass::place_results(const Execution& execution, const std::vector<StoredValue>& results) {
  const std::vector<const Execution*>& chain = chain_behind(execution);
  const std::vector<bool> stored = stored_stages(execution);
  std::size_t next = 0;
  for (std::size_t stage = 0; stage < stored.size(); ++stage) {
    if (!stored[stage]) continue;
    for (const std::uint32_t output : (stage == 0 ? &execution : chain[stage - 1])->outputs)
      values_[output] = results[next++];
  }
}

StoredValue ForwardPass::array_product(const Execution& execution, const StoredValue& x, const Shape& shape) {
  const ArrayProduct& product = *execution.operation->array_product();
  const Placement* bias = find(parameters_.digital, product.bias);
  const Placement* working = find(working_weights_, product.weight);
  if (working == nullptr) {
    const ProgramContext& context = builder_.context();
    const auto number = static_cast<std::uint32_t>(&execution - context.network.executions().data());
    const LineInputs inputs = line_inputs(context.architecture.tile.dac, spike_products_[number]);
    const std::vector<StoredValue> results =
        builder_.product_on_tiles({product, inputs, number}, x, {pairs_of(execution), bias},
                                  functions_behind(execution), stored_stages(execution), shape);
    place_results(execution, results);
    return results.front();
  }
  const int bits = builder_.activation_bits();
  const int sum_bits = lora_sum_bits(builder_.context().architecture.training.gradient_bits, product.inputs);
  StoredValue result =
      builder_.lora_products(x, {*working}, {{product.outputs_of_group(), product.inputs, product.groups}}, shape,
                             bias == nullptr ? bits : sum_bits);
  result.has_own_step = bias != nullptr;
  return builder_.sum({result}, bias, shape, builder_.activation_bits());
}

}  // namespace palimpsest
