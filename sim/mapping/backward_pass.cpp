#include "sim/mapping/backward_pass.hpp"

#include <algorithm>
#include <optional>

namespace palimpsest {

namespace {

// Elementary operations (adds, multiply-accumulates, lookups, moves) per element.
// Softmax: largest score, difference to it, exponential by table and interpolation, sum; times the sum's reciprocal,
// whose four products are charged to every class; minus the label.
constexpr VectorOperations loss_operations{4, 5, 1, 0};
// Of a squared error: difference to the target, times two over their number.
constexpr VectorOperations squared_error_operations{1, 1, 0, 0};
constexpr int label_bits = 32;
constexpr VectorOperations sum_operations{1, 0, 0, 0};

}  // namespace

BackwardPass::BackwardPass(ProgramBuilder& builder, const TrainingTask& task, const ForwardPass& forward,
                           const ParameterPlacements& parameters,
                           const std::map<std::string, Placement>& working_weights, const GradientPlacements& gradients)
    : builder_(builder),
      task_(task),
      forward_(forward),
      parameters_(parameters),
      working_weights_(working_weights),
      gradients_(gradients),
      network_(builder.context().network),
      gradient_bits_(builder.context().architecture.training.gradient_bits),
      contributions_(network_.execution_values().size()),
      transposed_vectors_(builder.context().map.blocks.size()) {}

bool BackwardPass::trains(const Execution& execution) const {
  const ArrayProduct* product = execution.operation->array_product();
  if (task_.trained_adapter != nullptr)
    return product != nullptr && task_.trained_adapter->layers.count(product->layer) != 0;
  return product != nullptr || !execution.operation->digital_parameters().empty();
}

void BackwardPass::find_needed_gradients() {
  needed_.assign(network_.execution_values().size(), false);
  for (const Execution& execution : network_.executions()) {
    bool needed = trains(execution);
    for (const std::uint32_t input : execution.inputs) needed = needed || needed_[input];
    for (const std::uint32_t output : execution.outputs) needed_[output] = needed;
  }
}

void BackwardPass::contribute(std::uint32_t value, const StoredValue& gradient) {
  if (needed_[value]) contributions_[value].push_back(gradient);
}

void BackwardPass::add() {
  find_needed_gradients();
  const Shape& scores = network_.output();
  const bool classifies = task_.task == TaskKind::classify;
  const StoredValue answer =
      classifies ? builder_.receive({1, 1}, label_bits) : builder_.receive(scores, builder_.activation_bits());
  const VectorOperations of_element = classifies ? loss_operations : squared_error_operations;
  // Squared errors are those of single elements.
  std::optional<Bands> bands;
  if (!classifies) bands = Bands{1, scores.rows(), {in_rows(same_rows), in_rows(same_rows)}, in_rows(same_rows)};
  contribute(network_.execution_output(), builder_.at_once({forward_.output(), answer}, scores, gradient_bits_,
                                                           of_element * scores.elements(), bands));
  for (auto execution = network_.executions().rbegin(); execution != network_.executions().rend(); ++execution) {
    std::vector<StoredValue> sums;
    sums.reserve(execution->outputs.size());
    std::vector<const StoredValue*> gradients;
    for (const std::uint32_t output : execution->outputs) {
      const auto& terms = contributions_[output];
      const Shape& shape = network_.execution_shape(output);
      if (!terms.empty()) sums.push_back(builder_.sum(terms, nullptr, shape, gradient_bits_));
      gradients.push_back(terms.empty() ? nullptr : &sums.back());
    }
    if (!sums.empty()) execution->operation->lower_backward(*this, *execution, gradients);
  }
}

void BackwardPass::add_input_gradient(const Execution& execution, const InputGradient& rule,
                                      const StoredValue& output_gradient) {
  const std::uint32_t input = execution.inputs[rule.input];
  if (!needed_[input]) return;
  if (!rule.work) {
    contribute(input, output_gradient);
    return;
  }
  std::vector<StoredValue> read;
  for (const std::uint32_t number : rule.inputs_read) read.push_back(value(execution.inputs[number]));
  if (rule.output_read) read.push_back(value(execution.outputs[0]));
  read.push_back(output_gradient);
  const Shape& shape = execution.operation->input_shape(rule.input);
  if (!rule.work->row_by_row) {
    for (const std::string& name : rule.parameters_read) read.push_back(parameter(name));
    contribute(input, builder_.at_once(read, shape, gradient_bits_, rule.work->operations, rule.work->bands));
    return;
  }
  std::vector<Placement> fixed;
  for (const std::string& name : rule.parameters_read) fixed.push_back(parameters_.digital.at(name));
  contribute(input, builder_.row_by_row(read, fixed, shape, gradient_bits_, rule.work->operations));
}

void BackwardPass::add_parameter_gradient(const Execution& execution, const ParameterGradient& rule,
                                          const StoredValue& output_gradient) {
  if (!trains(execution)) return;
  std::vector<StoredValue> read;
  for (const std::uint32_t number : rule.inputs_read) read.push_back(value(execution.inputs[number]));
  read.push_back(output_gradient);
  Placement gradient = gradients_.backbone.at(rule.parameter);
  if (rule.rows) gradient.rows = std::min(gradient.rows, *rule.rows);
  add_vector_gradient(gradient, read, rule.operations, rule.sums_rows, rule.bands);
}

std::vector<StoredValue> BackwardPass::array_product_gradients(const Execution& execution, const StoredValue& x,
                                                               const Shape& x_shape,
                                                               const StoredValue& output_gradient) {
  const ArrayProduct& product = *execution.operation->array_product();
  std::vector<StoredValue> terms;
  std::optional<StoredValue> inner_gradient;
  if (needed_[execution.inputs[0]]) {
    const bool on_tiles =
        (task_.trained_adapter != nullptr || task_.backbone_in_arrays) &&
        builder_.context().architecture.training.backward_products == BackwardProducts::transposed_read;
    if (on_tiles) {
      terms = builder_.transposed_product(product, output_gradient, x_shape, gradient_bits_);
      for (const std::uint32_t tile : builder_.context().map.mapped(product).tiles)
        transposed_vectors_[tile] += product.vectors;
    } else {
      terms.push_back(digital_product(product, x_shape, output_gradient));
    }
    for (const Adapter* adapter : task_.adapters) {
      const auto pair = parameters_.pairs.find({adapter, product.layer});
      if (pair == parameters_.pairs.end()) continue;
      const std::uint32_t rank = pair->second.a.rows;
      std::optional<Placement> kept;
      if (adapter == task_.trained_adapter) kept = builder_.layout().per_sample(product.vectors, rank, gradient_bits_);
      terms.push_back(builder_.lora_products(output_gradient, {pair->second.b, pair->second.a},
                                             {{rank, product.outputs}, {product.inputs, rank}}, x_shape, gradient_bits_,
                                             kept));
      if (kept) inner_gradient = StoredValue{*kept, terms.back().ready_after};
    }
  }
  if (!trains(execution)) return terms;
  if (task_.trained_adapter != nullptr) {
    if (!inner_gradient) {
      const auto& pair = parameters_.pairs.at({task_.trained_adapter, product.layer});
      inner_gradient = builder_.lora_products(output_gradient, {pair.b}, {{pair.a.rows, product.outputs}},
                                              {product.vectors, pair.a.rows}, gradient_bits_);
    }
    add_pair_gradient(execution, x, output_gradient, *inner_gradient);
    return terms;
  }
  add_weight_gradient(product, x, output_gradient);
  if (!product.bias.empty()) {
    add_vector_gradient(gradients_.backbone.at(product.bias), {output_gradient},
                        sum_operations * (std::uint64_t{product.vectors} * product.outputs), true);
  }
  return terms;
}

StoredValue BackwardPass::digital_product(const ArrayProduct& product, const Shape& x_shape,
                                          const StoredValue& output_gradient) {
  const LoraProduct back{product.inputs, product.outputs_of_group(), product.groups};
  const auto working = working_weights_.find(product.weight);
  if (working != working_weights_.end()) {
    return builder_.lora_products(output_gradient, {working->second}, {back}, x_shape, gradient_bits_, std::nullopt,
                                  true);
  }
  const StoredValue weights = builder_.receive({product.outputs, product.inputs}, gradient_bits_);
  StoredValue gradient = output_gradient;
  gradient.ready_after.insert(gradient.ready_after.end(), weights.ready_after.begin(), weights.ready_after.end());
  return builder_.lora_products(gradient, {weights.placement}, {back}, x_shape, gradient_bits_, std::nullopt, true);
}

void BackwardPass::add_weight_gradient(const ArrayProduct& product, const StoredValue& x,
                                       const StoredValue& output_gradient) {
  const Placement& gradient = gradients_.backbone.at(product.weight);
  LoraJob job;
  job.preloads = {gradient.whole()};
  job.fetches = {x.placement.whole(), output_gradient.placement.whole()};
  job.drains = {gradient.whole()};
  const LoraUnitConfig& unit = builder_.context().architecture.lora_unit;
  job.cycles_per_vector = lora_product_cycles(unit, product.outputs_of_group(), product.inputs,
                                              std::uint64_t{product.vectors} * product.groups);
  job.macs_per_vector = product.macs();
  std::shared_ptr<const Division> division;
  if (product.groups == 1) {
    division = weight_gradient_division(job, gradient, x.placement, output_gradient.placement, product.inputs, unit);
  } else {
    const auto cycles = [unit, product](std::uint64_t rows) {
      return lora_product_cycles(unit, product.outputs_of_group(), product.inputs, rows * product.groups);
    };
    division = row_sum_division(job, {x.placement, output_gradient.placement}, cycles);
  }
  builder_.add(job, output_gradient.ready_after, 0, division);
}

void BackwardPass::add_pair_gradient(const Execution& execution, const StoredValue& x,
                                     const StoredValue& output_gradient, const StoredValue& inner_gradient) {
  const ArrayProduct& product = *execution.operation->array_product();
  const auto& gradient = gradients_.pairs.at(product.layer);
  LoraJob job;
  job.preloads = {gradient.a.whole(), gradient.b.whole()};
  job.fetches = {x.placement.whole(), output_gradient.placement.whole(), forward_.kept(execution).whole(),
                 inner_gradient.placement.whole()};
  job.drains = {gradient.a.whole(), gradient.b.whole()};
  const std::uint64_t vectors = product.vectors;
  const std::uint64_t rank = gradient.a.rows;
  const LoraUnitConfig& unit = builder_.context().architecture.lora_unit;
  // dB += dy (A x)^T and dA += (B^T dy) x^T.
  const auto cycles = [unit, rank, outputs = product.outputs, inputs = product.inputs](std::uint64_t rows) {
    return lora_product_cycles(unit, outputs, rank, rows) + lora_product_cycles(unit, rank, inputs, rows);
  };
  job.cycles_per_vector = cycles(vectors);
  job.macs_per_vector = vectors * rank * (product.inputs + product.outputs);
  std::vector<std::uint32_t> ready_after = output_gradient.ready_after;
  ready_after.insert(ready_after.end(), inner_gradient.ready_after.begin(), inner_gradient.ready_after.end());
  builder_.add(
      job, ready_after, 0,
      row_sum_division(
          job, {x.placement, output_gradient.placement, forward_.kept(execution), inner_gradient.placement}, cycles));
}

void BackwardPass::add_vector_gradient(const Placement& gradient, const std::vector<StoredValue>& inputs,
                                       const VectorOperations& operations, bool sums_rows,
                                       const std::optional<Bands>& bands) {
  VectorJob job;
  std::vector<std::uint32_t> ready_after;
  std::vector<Placement> matrices;
  for (const StoredValue& input : inputs) {
    job.fetches.push_back(input.placement.whole());
    matrices.push_back(input.placement);
    ready_after.insert(ready_after.end(), input.ready_after.begin(), input.ready_after.end());
  }
  job.fetches.push_back(gradient.whole());
  job.drains = {gradient.whole()};
  const VectorUnitConfig& unit = builder_.context().architecture.vector_unit;
  job.cycles_per_vector = vector_cycles(unit, operations);
  job.operations_per_vector = operations;
  std::shared_ptr<const Division> division;
  if (sums_rows) {
    division = row_sum_division(job, matrices, gradient, unit);
  } else if (bands) {
    matrices.push_back(gradient);
    division = band_division(operations, {matrices, gradient}, *bands, unit);
  }
  builder_.add(job, ready_after, 0, division);
}

}  // namespace palimpsest
