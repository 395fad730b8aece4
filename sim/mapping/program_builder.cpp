#include "sim/mapping/program_builder.hpp"

#include <algorithm>

namespace palimpsest {

namespace {

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

std::uint32_t ProgramBuilder::add(Job job, std::vector<std::uint32_t> depends_on, std::uint32_t tile_group,
                                  std::shared_ptr<const Division> division) {
  program_.steps.push_back({std::move(job), tile_group, std::move(depends_on)});
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
  for (const Placement& input : fixed_inputs) job.preloads.push_back({input.address, input.row_bytes, 0, false});
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
                                    const VectorOperations& operations, const std::optional<Bands>& bands) {
  const Placement output = layout_.per_sample(shape.rows(), shape.columns(), bits);
  const BandMatrices matrices{placements_of(inputs), output};
  VectorJob job;
  for (const Placement& input : matrices.inputs) job.fetches.push_back(input.whole());
  job.drains = {output.whole()};
  const VectorUnitConfig& unit = context_.architecture.vector_unit;
  job.cycles_per_vector = vector_cycles(unit, operations);
  job.operations_per_vector = operations;
  return {output, {add(job, joined(inputs), 0, bands ? band_division(operations, matrices, *bands, unit) : nullptr)}};
}

StoredValue ProgramBuilder::lora_products(const StoredValue& x, const std::vector<Placement>& weights,
                                          const std::vector<LoraProduct>& products, const Shape& shape, int bits,
                                          const std::optional<Placement>& kept, bool transposed) {
  const Placement output = layout_.per_sample(shape.rows(), shape.columns(), bits);
  LoraJob job;
  job.vectors = shape.rows();
  job.fetches = {vectors_of(x.placement, x.by_columns, activation_bits())};
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
  const StoredValue& first = terms.front();
  if (terms.size() == 1 && bias == nullptr && !first.has_own_step) return first;
  // The first term is moved or multiplied to the accumulator, the others are added to it.
  VectorOperations operations = first.has_own_step ? scale_operations : move_operations;
  for (std::size_t term = 1; term < terms.size(); ++term) operations = operations + addition_of(terms[term]);
  std::vector<Placement> fixed;
  if (bias != nullptr) {
    fixed.push_back(*bias);
    operations = operations + add_operations;
  }
  return row_by_row(terms, fixed, shape, bits, operations * shape.columns());
}

VectorOperations ProgramBuilder::addition_of(const StoredValue& term) {
  return term.has_own_step ? scale_operations : add_operations;
}

StoredValue ProgramBuilder::view(const StoredValue& value, std::uint64_t offset, const Shape& shape, int bits) const {
  return {layout_.view(value.placement, offset, shape.rows(), shape.columns(), bits), value.ready_after};
}

std::vector<StoredValue> ProgramBuilder::partial_sums(const TileProduct& tile_product, const StoredValue& x,
                                                      const Shape& shape, int bits, ReadDirection direction) {
  const auto value_bytes = static_cast<std::uint32_t>(ceil_div(static_cast<std::uint64_t>(bits), 8));
  const int part_bits = bits_of_part(context_.architecture.tile, direction, tile_product.inputs);
  const auto part_bytes = static_cast<std::uint32_t>(ceil_div(static_cast<std::uint64_t>(part_bits), 8));
  // Blocks of the same driven lines write side by side into one partial sum, and so do groups of the weight; blocks of
  // further lines make further partial sums.
  std::map<std::uint32_t, StoredValue> sums;
  for (const std::uint32_t tile : context_.map.mapped(tile_product.product).tiles) {
    const BlockRead read = block_read(context_.map, tile, direction);
    auto sum = sums.find(read.first_of_group);
    if (sum == sums.end()) {
      const Placement placement = layout_.per_sample(shape.rows(), shape.columns(), part_bits);
      // Parts of one step are multiplied once, as their sum.
      const bool has_own_step = sums.empty() || !share_step(context_.architecture.tile.adc);
      sum = sums.emplace(read.first_of_group, StoredValue{placement, {}, false, has_own_step}).first;
    }
    TileJob job = tile_job(context_.architecture, context_.map, tile, direction, tile_product.inputs);
    job.product = tile_product.execution;
    job.vectors = shape.rows();
    job.fetches = {x.placement.part_of_row(read.first_driven * value_bytes, read.driven * value_bytes)};
    job.drains = {sum->second.placement.part_of_row(read.first_given * part_bytes, read.given * part_bytes)};
    sum->second.ready_after.push_back(add(job, x.ready_after, context_.map.group_of[tile]));
  }
  std::vector<StoredValue> terms;
  terms.reserve(sums.size());
  for (const auto& [first, sum] : sums) terms.push_back(sum);
  return terms;
}

std::vector<StoredValue> ProgramBuilder::transposed_product(const ArrayProduct& product, const StoredValue& x,
                                                            const Shape& shape, int bits) {
  if (!context_.architecture.data_path.tile_groups)
    return partial_sums({product}, x, shape, bits, ReadDirection::transposed);
  const std::vector<std::uint32_t>& tiles = context_.map.mapped(product).tiles;
  const Placement output = layout_.per_sample(shape.rows(), shape.columns(), bits);
  TileJob job = group_job(context_.architecture, context_.map, tiles, ReadDirection::transposed, {});
  job.vectors = shape.rows();
  job.fetches = {x.placement.row()};
  job.drains = {output.row()};
  return {{output, {add(job, x.ready_after, context_.map.group_of[tiles.front()])}}};
}

void ProgramBuilder::hold(const StoredPair& pair, std::vector<std::uint32_t> depends_on) {
  LoraJob job;
  // Row by row: an update leaves what lies between rows as it was.
  for (const Placement& matrix : {pair.a, pair.b})
    job.preloads.push_back({matrix.address, matrix.row_bytes, 0, matrix.per_sample, matrix.rows, matrix.row_stride});
  add(std::move(job), std::move(depends_on));
}

LoraJob ProgramBuilder::fed_pairs(const ArrayProduct& product, std::uint32_t vectors,
                                  const std::vector<StoredPair>& pairs) const {
  const std::vector<std::uint32_t>& tiles = context_.map.mapped(product).tiles;
  const LoraUnitConfig& unit = context_.architecture.lora_unit;
  const std::uint64_t word = word_bytes(context_.architecture.sram);
  const std::uint64_t element_bytes = ceil_div(static_cast<std::uint64_t>(activation_bits()), 8);
  LoraJob job;
  job.vectors = vectors;
  job.fed_by = context_.map.group_of[tiles.front()];
  job.fed_words_per_vector = ceil_div(product.inputs * element_bytes, word);
  for (const StoredPair& pair : pairs) {
    const std::uint32_t rank = pair.a.rows;
    const auto sum_bits = static_cast<std::uint64_t>(lora_sum_bits(pair.bits, rank));
    job.fed_words_per_vector += ceil_div(product.outputs * sum_bits, context_.architecture.sram.word_bits);
    if (!pair.is_held) job.preloads.insert(job.preloads.end(), {pair.a.whole(), pair.b.whole()});
    if (pair.kept) job.drains.push_back(pair.kept->row());
    for (const LoraProduct& part : {LoraProduct{rank, product.inputs}, LoraProduct{product.outputs, rank}}) {
      job.cycles_per_vector += cycles_of(part, unit);
      job.macs_per_vector += part.macs();
    }
  }
  // The products of all pairs are summed in the unit, so results come with the last pair.
  for (const std::uint32_t tile : tiles) {
    const std::uint32_t outputs = context_.map.blocks[tile].outputs;
    job.result_cycles = std::max(job.result_cycles, lora_result_cycles(unit, outputs, pairs.back().a.rows));
  }
  return job;
}

StoredValue ProgramBuilder::pair_product(const ArrayProduct& product, const StoredPair& pair, const StoredValue& x,
                                         const Shape& shape) {
  const std::uint32_t rank = pair.a.rows;
  const std::vector<Placement> loaded = pair.is_held ? std::vector<Placement>{} : std::vector{pair.a, pair.b};
  StoredValue result = lora_products(x, loaded, {{rank, product.inputs}, {product.outputs, rank}}, shape,
                                     lora_sum_bits(pair.bits, rank), pair.kept);
  result.has_own_step = true;
  return result;
}

std::vector<StoredValue> ProgramBuilder::product_on_tiles(const TileProduct& tile_product, const StoredValue& x,
                                                          const Addends& addends,
                                                          const std::vector<LaneFunction>& functions,
                                                          const std::vector<bool>& stored, const Shape& shape) {
  const ArrayProduct& product = tile_product.product;
  const DataPathConfig& path = context_.architecture.data_path;
  const int bits = activation_bits();
  const bool are_fed = path.tile_groups && path.adapters_on_broadcast;
  std::vector<StoredValue> terms;
  if (!are_fed) {
    for (const StoredPair& pair : addends.pairs) terms.push_back(pair_product(product, pair, x, shape));
  }
  if (!path.tile_groups) {
    std::vector<StoredValue> sums = partial_sums(tile_product, x, shape, bits, ReadDirection::forward);
    terms.insert(terms.begin(), sums.begin(), sums.end());
    return {sum(terms, addends.bias, shape, bits)};
  }

  const bool feeds = are_fed && !addends.pairs.empty();
  VectorOperations of_element = scale_operations * addends.pairs.size();
  if (addends.bias != nullptr) of_element = of_element + add_operations;
  std::vector<StoredValue> read{x};
  read.insert(read.end(), terms.begin(), terms.end());
  std::vector<StridedRange> fetches{vectors_of(x.placement, x.by_columns, bits)};
  for (const StoredValue& term : terms) fetches.push_back(term.placement.row());
  bool by_columns = false;
  for (const LaneFunction& function : functions) {
    if (function.transposes) by_columns = !by_columns;
    of_element = of_element + function.of_element;
    for (const StoredValue& other : function.others) {
      read.push_back(other);
      fetches.push_back(vectors_of(other.placement, by_columns, bits));
    }
  }
  const std::vector<std::uint32_t>& tiles = context_.map.mapped(product).tiles;
  const std::uint32_t group = context_.map.group_of[tiles.front()];
  TileJob job =
      group_job(context_.architecture, context_.map, tiles, ReadDirection::forward, of_element, tile_product.inputs);
  job.product = tile_product.execution;
  job.vectors = shape.rows();
  if (addends.bias != nullptr) job.preloads = {addends.bias->whole()};
  job.fetches = std::move(fetches);
  by_columns = false;
  std::vector<StoredValue> results;
  for (std::size_t stage = 0; stage <= functions.size(); ++stage) {
    if (stage > 0 && functions[stage - 1].transposes) by_columns = !by_columns;
    if (!stored.at(stage)) continue;
    const std::uint32_t outputs = stage == 0 ? 1 : functions[stage - 1].outputs;
    for (std::uint32_t output = 0; output < outputs; ++output) {
      const Placement placement = by_columns ? layout_.per_sample(shape.columns(), shape.rows(), bits)
                                             : layout_.per_sample(shape.rows(), shape.columns(), bits);
      results.push_back({placement, {}});
      job.drains.push_back(vectors_of(placement, by_columns, bits));
    }
  }
  if (feeds) job.adapters = fed_pairs(product, shape.rows(), addends.pairs);
  const std::uint32_t step = add(std::move(job), joined(read), group);
  for (StoredValue& result : results) result.ready_after = {step};
  return results;
}

StridedRange ProgramBuilder::vectors_of(const Placement& placement, bool by_columns, int bits) const {
  if (!by_columns) return placement.row();
  return placement.column(static_cast<std::uint32_t>(ceil_div(static_cast<std::uint64_t>(bits), 8)),
                          word_bytes(context_.architecture.sram));
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
