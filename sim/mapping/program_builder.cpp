#include "sim/mapping/program_builder.hpp"

#include "models/physics/input_encoding.hpp"

namespace palimpsest {

namespace {

// Elementary operations per element.
constexpr VectorOperations add_operations{1, 0, 0, 0};
constexpr VectorOperations move_operations{0, 0, 0, 1};

std::vector<std::uint32_t> joined(const std::vector<StoredValue>& values) {
  std::vector<std::uint32_t> steps;
  for (const StoredValue& value : values) steps.insert(steps.end(), value.ready_after.begin(), value.ready_after.end());
  return steps;
}

std::vector<Placement> placements_of(const std::vector<StoredValue>& values) {
  std::vector<Placement> placements;
  placements.reserve(values.size());
  for (const StoredValue& value : values) placements.push_back(value.placement);
  return placements;
}

}  // namespace

std::uint64_t cycles_of(const LoraProduct& product, const LoraUnitConfig& unit) {
  return lora_product_cycles(unit, product.outputs, product.inputs, product.groups);
}

std::uint64_t host_words(std::uint64_t bytes) { return ceil_div(bytes, 4); }

ProgramBuilder::ProgramBuilder(const ProgramContext& context) : context_(context), layout_(context.architecture.sram) {}

std::uint32_t ProgramBuilder::add(Job job, std::vector<std::uint32_t> depends_on, std::uint32_t tile,
                                  std::shared_ptr<const Division> division) {
  program_.steps.push_back({std::move(job), tile, std::move(depends_on)});
  program_.divisions.push_back(std::move(division));
  return static_cast<std::uint32_t>(program_.steps.size() - 1);
}

StoredValue ProgramBuilder::receive(const Shape& shape, int bits) {
  const Placement placement = layout_.per_sample(shape.rows(), shape.columns(), bits);
  HostJob job;
  job.vectors = shape.rows();
  job.drains = {placement.row()};
  job.words_per_vector = host_words(placement.row_bytes);
  return {placement, {add(job, {})}};
}

void ProgramBuilder::send(const StoredValue& value) {
  HostJob job;
  job.vectors = value.placement.rows;
  job.fetches = {value.placement.row()};
  job.words_per_vector = host_words(value.placement.row_bytes);
  add(job, value.ready_after);
}

StoredValue ProgramBuilder::row_by_row(const std::vector<StoredValue>& inputs,
                                       const std::vector<Placement>& fixed_inputs, const Shape& shape, int bits,
                                       const VectorOperations& operations_per_row) {
  const Placement output = layout_.per_sample(shape.rows(), shape.columns(), bits);
  VectorJob job;
  job.vectors = shape.rows();
  for (const StoredValue& input : inputs) job.fetches.push_back(input.placement.row());
  for (const Placement& input : fixed_inputs) job.fetches.push_back({input.address, input.row_bytes, 0, false});
  job.drains = {output.row()};
  const VectorUnitConfig& unit = context_.architecture.vector_unit;
  job.cycles_per_vector = vector_cycles(unit, operations_per_row);
  job.operations_per_vector = operations_per_row;
  return {output, {add(job, joined(inputs))}};
}

std::vector<StoredValue> ProgramBuilder::rows_to_several(const std::vector<StoredValue>& inputs, std::uint32_t count,
                                                         const Shape& shape, int bits,
                                                         const VectorOperations& operations_per_row) {
  VectorJob job;
  job.vectors = shape.rows();
  for (const StoredValue& input : inputs) job.fetches.push_back(input.placement.row());
  std::vector<StoredValue> outputs;
  for (std::uint32_t output = 0; output < count; ++output) {
    outputs.push_back({layout_.per_sample(shape.rows(), shape.columns(), bits), {}});
    job.drains.push_back(outputs.back().placement.row());
  }
  job.cycles_per_vector = vector_cycles(context_.architecture.vector_unit, operations_per_row);
  job.operations_per_vector = operations_per_row;
  const std::uint32_t step = add(job, joined(inputs));
  for (StoredValue& output : outputs) output.ready_after = {step};
  return outputs;
}

StoredValue ProgramBuilder::at_once(const std::vector<StoredValue>& inputs, const Shape& shape, int bits,
                                    const VectorOperations& operations, const std::optional<Bands>& bands,
                                    const std::vector<StoredValue>& parameters) {
  const Placement output = layout_.per_sample(shape.rows(), shape.columns(), bits);
  const BandMatrices matrices{placements_of(inputs), placements_of(parameters), output};
  VectorJob job;
  for (const Placement& input : matrices.inputs) job.fetches.push_back(input.whole());
  for (const Placement& parameter : matrices.parameters) job.fetches.push_back(parameter.whole());
  job.drains = {output.whole()};
  const VectorUnitConfig& unit = context_.architecture.vector_unit;
  job.cycles_per_vector = vector_cycles(unit, operations);
  job.operations_per_vector = operations;
  std::vector<std::uint32_t> ready_after = joined(inputs);
  for (const std::uint32_t step : joined(parameters)) ready_after.push_back(step);
  return {output, {add(job, ready_after, 0, bands ? band_division(job, matrices, *bands, unit) : nullptr)}};
}

StoredValue ProgramBuilder::lora_products(const StoredValue& x, const std::vector<Placement>& weights,
                                          const std::vector<LoraProduct>& products, const Shape& shape, int bits,
                                          const std::optional<Placement>& kept, bool transposed) {
  const Placement output = layout_.per_sample(shape.rows(), shape.columns(), bits);
  LoraJob job;
  job.vectors = shape.rows();
  job.fetches = {x.placement.row()};
  job.drains = {output.row()};
  if (kept) job.drains.push_back(kept->row());
  for (const Placement& weight : weights) job.preloads.push_back(weight.whole());
  for (const LoraProduct& product : products) {
    job.cycles_per_vector += cycles_of(product, context_.architecture.lora_unit);
    job.macs_per_vector += product.macs();
  }
  std::shared_ptr<const Division> division;
  if (products.size() == 1 && products[0].groups == 1 && !kept) {
    const MatrixProduct product{products[0].outputs, products[0].inputs, transposed};
    division = product_division(job, weights[0], output, product, context_.architecture.lora_unit);
  }
  return {output, {add(job, x.ready_after, 0, division)}};
}

StoredValue ProgramBuilder::sum(const std::vector<StoredValue>& terms, const Placement* bias, const Shape& shape,
                                int bits) {
  if (terms.size() == 1 && bias == nullptr) return terms.front();
  const std::uint64_t addends = terms.size() + (bias == nullptr ? 0 : 1);
  // The first term is moved to the accumulator, the others are added to it.
  const VectorOperations operations = move_operations + add_operations * (addends - 1);
  std::vector<Placement> fixed;
  if (bias != nullptr) fixed.push_back(*bias);
  return row_by_row(terms, fixed, shape, bits, operations * shape.columns());
}

StoredValue ProgramBuilder::view(const StoredValue& value, std::uint64_t offset, const Shape& shape, int bits) const {
  return {layout_.view(value.placement, offset, shape.rows(), shape.columns(), bits), value.ready_after};
}

StoredValue ProgramBuilder::product_on_tiles(const ArrayProduct& product, const StoredValue& x,
                                             const std::vector<StoredPair>& pairs, const Placement* bias,
                                             const Shape& shape) {
  const auto value_bytes = static_cast<std::uint32_t>(ceil_div(static_cast<std::uint64_t>(activation_bits()), 8));
  const TileConfig& tile_config = context_.architecture.tile;

  // Blocks of the same inputs write side by side into one partial sum; blocks of further inputs make further partial
  // sums.
  std::map<std::uint32_t, StoredValue> partial_sums;
  for (const std::uint32_t tile : context_.map.mapped(product).tiles) {
    const TileBlock& block = context_.map.blocks[tile];
    auto partial = partial_sums.find(block.first_input);
    if (partial == partial_sums.end()) {
      const Placement placement = layout_.per_sample(shape.rows(), shape.columns(), activation_bits());
      partial = partial_sums.emplace(block.first_input, StoredValue{placement, {}}).first;
    }
    TileJob job;
    job.vectors = shape.rows();
    job.passes = input_passes(tile_config.mapping.inputs, tile_config.dac.bits);
    job.driven_lines = block.inputs;
    job.sensed_lines = sensed_lines(tile_config.mapping, block.outputs);
    job.reference_lines = reference_columns(tile_config.mapping);
    job.shift_adds = job.passes * tile_config.mapping.slices > 1 ? job.sensed_lines : 0;
    const std::uint32_t first_input = block.group * product.inputs + block.first_input;
    job.fetches = {x.placement.part_of_row(first_input * value_bytes, block.inputs * value_bytes)};
    job.drains = {partial->second.placement.part_of_row(block.first_output * value_bytes, block.outputs * value_bytes)};
    partial->second.ready_after.push_back(add(job, x.ready_after, tile));
  }

  std::vector<StoredValue> terms;
  terms.reserve(partial_sums.size() + pairs.size());
  for (const auto& [first_input, partial] : partial_sums) terms.push_back(partial);
  for (const StoredPair& pair : pairs) {
    const std::uint32_t rank = pair.a.rows;
    terms.push_back(lora_products(x, {pair.a, pair.b}, {{rank, product.inputs}, {product.outputs, rank}}, shape,
                                  activation_bits(), pair.kept));
  }
  return sum(terms, bias, shape, activation_bits());
}

PlanTask ProgramBuilder::plan_task(std::uint32_t samples_in_flight) const {
  PlanTask task{context_.architecture.sram, context_.architecture.off_chip};
  task.samples_in_flight = samples_in_flight;
  return task;
}

BufferPlan ProgramBuilder::plan(std::uint32_t samples_in_flight) const {
  return plan_of(program_, layout_, plan_task(samples_in_flight));
}

Program ProgramBuilder::finish(std::uint32_t samples, std::uint32_t samples_in_flight, const std::string& purpose,
                               BufferPlan least) {
  PlanTask task = plan_task(samples_in_flight);
  task.samples = samples;
  task.purpose = purpose;
  task.least = least;
  PlannedProgram planned = plan_buffers(std::move(program_), layout_, task);
  end_of_step_ = std::move(planned.end_of_step);
  return std::move(planned.program);
}

}  // namespace palimpsest
