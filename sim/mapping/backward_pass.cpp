#include "sim/mapping/backward_pass.hpp"

#include <optional>

#include "models/physics/input_encoding.hpp"

namespace palimpsest {

namespace {

// Elementary operations (adds, multiply-accumulates, lookups, moves) per element.
// Softmax: largest score, difference to it, exponential by table and interpolation, sum; times the sum's reciprocal,
// whose four products are charged to every class; minus the label.
constexpr VectorOperations loss_operations{4, 5, 1, 0};
constexpr VectorOperations gelu_backward_operations{0, 2, 1, 0};  // derivative by table and interpolation, product
constexpr VectorOperations norm_backward_operations{0, 8, 0, 0};  // two row sums; x, gain and gradient combined
constexpr VectorOperations gain_gradient_operations{0, 2, 0, 0};  // normalised x times gradient, summed over rows
constexpr VectorOperations relu_backward_operations{1, 0, 0, 0};  // a comparison chooses
constexpr VectorOperations sum_operations{1, 0, 0, 0};
constexpr VectorOperations move_operations{0, 0, 0, 1};

}  // namespace

BackwardPass::BackwardPass(ProgramBuilder& builder, const TrainingTask& task, const ForwardPass& forward,
                           const ParameterPlacements& parameters,
                           const std::map<std::string, Placement>& working_weights, const GradientPlacements& gradients)
    : builder_(builder),
      task_(task),
      values_(forward.values),
      kept_(forward.kept),
      parameters_(parameters),
      working_weights_(working_weights),
      gradients_(gradients),
      network_(builder.context().network),
      gradient_bits_(builder.context().architecture.training.gradient_bits),
      contributions_(network_.values()),
      transposed_vectors_(builder.context().map.blocks.size()) {}

bool BackwardPass::trains(std::uint32_t operation) const {
  if (task_.trained_adapter != nullptr) return task_.trained_adapter->layers.count(operation) != 0;
  const OperationKind kind = network_.operations[operation].kind;
  return kind == OperationKind::linear || kind == OperationKind::rms_norm;
}

void BackwardPass::find_needed_gradients() {
  needed_.assign(network_.values(), false);
  for (std::uint32_t index = 0; index < network_.operations.size(); ++index) {
    needed_[index + 1] = trains(index);
    for (const std::uint32_t input : network_.operations[index].inputs) {
      if (needed_[input]) needed_[index + 1] = true;
    }
  }
}

void BackwardPass::contribute(std::uint32_t value, const StoredValue& gradient) {
  if (needed_[value]) contributions_[value].push_back(gradient);
}

void BackwardPass::add() {
  find_needed_gradients();
  const Shape scores = network_.shape(network_.output);
  const StoredValue label = builder_.receive({1, 1}, 32);
  contribute(network_.output, builder_.at_once({values_[network_.output], label}, scores, gradient_bits_,
                                               loss_operations * scores.columns));
  for (auto index = static_cast<std::uint32_t>(network_.operations.size()); index-- > 0;) {
    const auto& terms = contributions_[index + 1];
    if (terms.empty()) continue;
    back_through(index, builder_.sum(terms, nullptr, network_.shape(index + 1), gradient_bits_));
  }
}

void BackwardPass::back_through(std::uint32_t operation, const StoredValue& output_gradient) {
  const Operation& op = network_.operations[operation];
  const std::uint32_t input = op.inputs[0];
  const Shape shape = network_.shape(input);
  switch (op.kind) {
    case OperationKind::linear:
      back_through_linear(operation, output_gradient);
      break;
    case OperationKind::rms_norm:
      back_through_norm(operation, output_gradient);
      break;
    case OperationKind::gelu:
      contribute(input, builder_.row_by_row({values_[input], output_gradient}, {}, shape, gradient_bits_,
                                            gelu_backward_operations * shape.columns));
      break;
    case OperationKind::relu:
      contribute(input, builder_.row_by_row({values_[input], output_gradient}, {}, shape, gradient_bits_,
                                            relu_backward_operations * shape.columns));
      break;
    case OperationKind::add:
      contribute(input, output_gradient);
      contribute(op.inputs[1], output_gradient);
      break;
    case OperationKind::transpose:
    case OperationKind::mean:
      contribute(input, builder_.at_once({output_gradient}, shape, gradient_bits_,
                                         move_operations * (std::uint64_t{shape.rows} * shape.columns),
                                         op.kind == OperationKind::mean ? MatrixCut::columns : MatrixCut::transposed));
      break;
  }
}

void BackwardPass::back_through_norm(std::uint32_t operation, const StoredValue& output_gradient) {
  const Operation& op = network_.operations[operation];
  const StoredValue& x = values_[op.inputs[0]];
  const Shape shape = op.output;
  if (needed_[op.inputs[0]]) {
    contribute(op.inputs[0], builder_.row_by_row({x, output_gradient}, {parameters_.vectors.at(op.gain)}, shape,
                                                 gradient_bits_, norm_backward_operations * shape.columns));
  }
  if (trains(operation)) {
    add_vector_gradient(gradients_.backbone.at(op.gain), {x, output_gradient},
                        gain_gradient_operations * shape.rows * shape.columns);
  }
}

void BackwardPass::back_through_linear(std::uint32_t operation, const StoredValue& output_gradient) {
  const Operation& op = network_.operations[operation];
  const Shape shape = network_.shape(op.inputs[0]);
  std::optional<StoredValue> inner_gradient;
  if (needed_[op.inputs[0]]) {
    const bool on_tiles =
        (task_.trained_adapter != nullptr || task_.backbone_in_arrays) &&
        builder_.context().architecture.training.backward_products == BackwardProducts::transposed_read;
    std::vector<StoredValue> terms;
    if (on_tiles) {
      terms = transposed_reads(operation, output_gradient);
    } else {
      terms.push_back(digital_product(operation, output_gradient));
    }
    for (const Adapter* adapter : task_.adapters) {
      const auto pair = parameters_.pairs.find({adapter, operation});
      if (pair == parameters_.pairs.end()) continue;
      const std::uint32_t rank = adapter->rank;
      std::optional<Placement> kept;
      if (adapter == task_.trained_adapter) kept = builder_.layout().per_sample(shape.rows, rank, gradient_bits_);
      terms.push_back(builder_.lora_products(output_gradient, {pair->second.b, pair->second.a},
                                             {{rank, op.output.columns}, {shape.columns, rank}}, shape, gradient_bits_,
                                             kept));
      if (kept) inner_gradient = StoredValue{*kept, terms.back().ready_after};
    }
    for (const StoredValue& term : terms) contribute(op.inputs[0], term);
  }
  if (!trains(operation)) return;
  if (task_.trained_adapter != nullptr) {
    if (!inner_gradient) {
      const auto& pair = parameters_.pairs.at({task_.trained_adapter, operation});
      inner_gradient = builder_.lora_products(output_gradient, {pair.b}, {{pair.a.rows, op.output.columns}},
                                              {op.output.rows, pair.a.rows}, gradient_bits_);
    }
    add_pair_gradient(operation, output_gradient, *inner_gradient);
    return;
  }
  add_weight_gradient(operation, output_gradient);
  if (!op.bias.empty()) {
    add_vector_gradient(gradients_.backbone.at(op.bias), {output_gradient},
                        sum_operations * (std::uint64_t{op.output.rows} * op.output.columns));
  }
}

std::vector<StoredValue> BackwardPass::transposed_reads(std::uint32_t operation, const StoredValue& output_gradient) {
  const Operation& op = network_.operations[operation];
  const Shape shape = network_.shape(op.inputs[0]);
  const auto value_bytes = static_cast<std::uint32_t>(ceil_div(static_cast<std::uint64_t>(gradient_bits_), 8));
  const TileConfig& tile_config = builder_.context().architecture.tile;
  const MappingConfig& mapping = tile_config.mapping;
  const bool pair = mapping.weights == WeightEncoding::differential;
  const bool pair_in_turn = pair && mapping.inputs != InputEncoding::bipolar;
  std::map<std::uint32_t, StoredValue> partial_sums;
  for (const std::uint32_t tile : builder_.context().map.tiles_of_operation[operation]) {
    const TileBlock& block = builder_.context().map.blocks[tile];
    auto partial = partial_sums.find(block.first_output);
    if (partial == partial_sums.end()) {
      const Placement placement = builder_.layout().per_sample(shape.rows, shape.columns, gradient_bits_);
      partial = partial_sums.emplace(block.first_output, StoredValue{placement, {}}).first;
    }
    TileJob job;
    job.vectors = op.output.rows;
    // Both devices of a pair are driven with opposite voltages, or one after the other where voltages have one sign.
    // The digits of a weight have different significance, so each slice is read by itself.
    job.passes = input_passes(mapping.inputs, tile_config.dac.bits) * mapping.slices * (pair_in_turn ? 2 : 1);
    job.driven_lines = block.outputs * (pair && !pair_in_turn ? 2 : 1);
    job.sensed_lines = block.inputs;
    job.reference_lines = pair ? 0 : 1;
    job.shift_adds = job.passes > 1 ? job.sensed_lines : 0;
    job.fetches = {
        output_gradient.placement.part_of_row(block.first_output * value_bytes, block.outputs * value_bytes)};
    job.drains = {partial->second.placement.part_of_row(block.first_input * value_bytes, block.inputs * value_bytes)};
    partial->second.ready_after.push_back(builder_.add(job, output_gradient.ready_after, tile));
    transposed_vectors_[tile] += job.vectors;
  }
  std::vector<StoredValue> terms;
  terms.reserve(partial_sums.size());
  for (const auto& [first_output, partial] : partial_sums) terms.push_back(partial);
  return terms;
}

StoredValue BackwardPass::digital_product(std::uint32_t operation, const StoredValue& output_gradient) {
  const Operation& op = network_.operations[operation];
  const Shape shape = network_.shape(op.inputs[0]);
  const auto working = working_weights_.find(op.weight);
  if (working != working_weights_.end()) {
    return builder_.lora_products(output_gradient, {working->second}, {{shape.columns, op.output.columns}}, shape,
                                  gradient_bits_, std::nullopt, true);
  }
  const StoredValue weights = builder_.receive({op.output.columns, shape.columns}, gradient_bits_);
  StoredValue gradient = output_gradient;
  gradient.ready_after.insert(gradient.ready_after.end(), weights.ready_after.begin(), weights.ready_after.end());
  return builder_.lora_products(gradient, {weights.placement}, {{shape.columns, op.output.columns}}, shape,
                                gradient_bits_, std::nullopt, true);
}

void BackwardPass::add_weight_gradient(std::uint32_t operation, const StoredValue& output_gradient) {
  const Operation& op = network_.operations[operation];
  const StoredValue& x = values_[op.inputs[0]];
  const Placement& gradient = gradients_.backbone.at(op.weight);
  LoraJob job;
  job.preloads = {gradient.whole()};
  job.fetches = {x.placement.whole(), output_gradient.placement.whole()};
  job.drains = {gradient.whole()};
  const std::uint64_t rows = op.output.rows;
  const std::uint64_t inputs = network_.shape(op.inputs[0]).columns;
  job.cycles_per_vector =
      lora_product_cycles(builder_.context().architecture.lora_unit, op.output.columns, inputs, rows);
  job.macs_per_vector = rows * op.output.columns * inputs;
  builder_.add(job, output_gradient.ready_after, 0,
               weight_gradient_division(job, gradient, x.placement, output_gradient.placement,
                                        static_cast<std::uint32_t>(inputs), builder_.context().architecture.lora_unit));
}

void BackwardPass::add_pair_gradient(std::uint32_t operation, const StoredValue& output_gradient,
                                     const StoredValue& inner_gradient) {
  const Operation& op = network_.operations[operation];
  const StoredValue& x = values_[op.inputs[0]];
  const auto& gradient = gradients_.pairs.at(operation);
  LoraJob job;
  job.preloads = {gradient.a.whole(), gradient.b.whole()};
  job.fetches = {x.placement.whole(), output_gradient.placement.whole(), kept_.at(operation).whole(),
                 inner_gradient.placement.whole()};
  job.drains = {gradient.a.whole(), gradient.b.whole()};
  const std::uint64_t rows = op.output.rows;
  const std::uint64_t inputs = network_.shape(op.inputs[0]).columns;
  const std::uint64_t outputs = op.output.columns;
  const std::uint64_t rank = gradient.a.rows;
  const LoraUnitConfig& unit = builder_.context().architecture.lora_unit;
  // dB += dy (A x)^T and dA += (B^T dy) x^T.
  const auto cycles = [=](std::uint64_t of_rows) {
    return lora_product_cycles(unit, outputs, rank, of_rows) + lora_product_cycles(unit, rank, inputs, of_rows);
  };
  job.cycles_per_vector = cycles(rows);
  job.macs_per_vector = rows * rank * (inputs + outputs);
  std::vector<std::uint32_t> ready_after = output_gradient.ready_after;
  ready_after.insert(ready_after.end(), inner_gradient.ready_after.begin(), inner_gradient.ready_after.end());
  builder_.add(
      job, ready_after, 0,
      row_sum_division(job, {x.placement, output_gradient.placement, kept_.at(operation), inner_gradient.placement},
                       cycles));
}

void BackwardPass::add_vector_gradient(const Placement& gradient, const std::vector<StoredValue>& inputs,
                                       const VectorOperations& operations) {
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
  builder_.add(job, ready_after, 0, row_sum_division(job, matrices, gradient, unit));
}

}  // namespace palimpsest
