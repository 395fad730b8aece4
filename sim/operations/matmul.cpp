#include <algorithm>

#include "sim/mapping/backward_pass.hpp"
#include "sim/mapping/forward_pass.hpp"
#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

/// Matrices that lie behind each other in a value.
struct Blocks {
  std::uint32_t count = 1;
  std::uint32_t rows = 1;  ///< of the first factor, m
  std::uint32_t inner = 1;
  std::uint32_t columns = 1;  ///< of the second factor, n
};

/// x y on the last two dimensions, for every index of those before: in the LoRA unit, since no factor stays in place.
class Matmul : public Operation {
 public:
  Matmul(OperationSource& source, const Blocks& blocks) : Operation(source), blocks_(blocks) {
    std::vector<std::uint32_t> extents = input_shape(0).extents();
    extents.back() = blocks_.columns;
    set_output_shapes({Shape(extents)});
  }

  std::uint64_t macs() const override {
    return std::uint64_t{blocks_.count} * blocks_.rows * blocks_.inner * blocks_.columns;
  }
  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    outputs[0] = evaluation.arithmetic.matmul(evaluation.execution, evaluation.input(0), evaluation.input(1));
  }

  std::vector<StoredValue> lower(ForwardPass& pass, const Execution& /*execution*/,
                                 const std::vector<StoredValue>& inputs) const override {
    ProgramBuilder& builder = pass.builder();
    return {rows_with_blocks(builder, inputs[0], inputs[1], {blocks_.columns, blocks_.inner, true}, output_shape(),
                             builder.activation_bits())};
  }
  void lower_backward(BackwardPass& pass, const Execution& execution,
                      const std::vector<const StoredValue*>& gradients) const override {
    const StoredValue& x = pass.value(execution.inputs[0]);
    const StoredValue& y = pass.value(execution.inputs[1]);
    if (pass.needs(execution.inputs[0])) {
      pass.contribute(execution.inputs[0],
                      rows_with_blocks(pass.builder(), *gradients[0], y, {blocks_.inner, blocks_.columns, false},
                                       input_shape(0), pass.gradient_bits()));
    }
    if (pass.needs(execution.inputs[1])) {
      pass.contribute(execution.inputs[1],
                      sums_over_rows(pass.builder(), x, *gradients[0], input_shape(1), pass.gradient_bits()));
    }
  }

 private:
  /// Products of every row of a block of `streamed` with that block of `fixed`, which the unit holds meanwhile.
  StoredValue rows_with_blocks(ProgramBuilder& builder, const StoredValue& streamed, const StoredValue& fixed,
                               const MatrixProduct& of_row, const Shape& shape, int bits) const {
    const LoraUnitConfig& unit = builder.context().architecture.lora_unit;
    const LoraProduct product{of_row.outputs, of_row.inputs};
    StoredValue result{builder.layout().per_sample(shape.rows(), shape.columns(), bits), {}};
    for (std::uint32_t block = 0; block < blocks_.count; ++block) {
      LoraJob job;
      job.vectors = blocks_.rows;
      job.preloads = {block_of(fixed, block).whole()};
      job.fetches = {block_of(streamed, block).row()};
      job.drains = {block_of(result, block).row()};
      job.cycles_per_vector = cycles_of(product, unit);
      job.macs_per_vector = product.macs();
      result.ready_after.push_back(
          builder.add(job, steps_before(streamed, fixed), 0,
                      product_division(job, block_of(fixed, block), block_of(result, block), of_row, unit)));
    }
    return result;
  }
  /// x^T dy of every block: sums over the rows, each adding the product of a column and a row, as for the gradient of a
  /// weight.
  StoredValue sums_over_rows(ProgramBuilder& builder, const StoredValue& x, const StoredValue& gradient,
                             const Shape& shape, int bits) const {
    const LoraUnitConfig& unit = builder.context().architecture.lora_unit;
    StoredValue result{builder.layout().per_sample(shape.rows(), shape.columns(), bits), {}};
    for (std::uint32_t block = 0; block < blocks_.count; ++block) {
      LoraJob job;
      job.fetches = {block_of(x, block).whole(), block_of(gradient, block).whole()};
      job.drains = {block_of(result, block).whole()};
      job.cycles_per_vector = lora_product_cycles(unit, blocks_.inner, blocks_.columns, blocks_.rows);
      job.macs_per_vector = std::uint64_t{blocks_.rows} * blocks_.inner * blocks_.columns;
      result.ready_after.push_back(
          builder.add(job, steps_before(x, gradient), 0,
                      weight_gradient_division(job, block_of(result, block), block_of(gradient, block),
                                               block_of(x, block), blocks_.columns, unit)));
    }
    return result;
  }

  Placement block_of(const StoredValue& value, std::uint32_t block) const {
    const std::uint32_t rows = value.placement.rows / blocks_.count;
    return value.placement.rows_from(block * rows, rows);
  }
  static std::vector<std::uint32_t> steps_before(const StoredValue& one, const StoredValue& other) {
    std::vector<std::uint32_t> steps = one.ready_after;
    steps.insert(steps.end(), other.ready_after.begin(), other.ready_after.end());
    return steps;
  }

  Blocks blocks_;
};

Blocks read_blocks(const OperationSource& source) {
  const std::vector<std::uint32_t>& x = source.input_shapes[0].extents();
  const std::vector<std::uint32_t>& y = source.input_shapes[1].extents();
  const bool match = x.size() >= 2 && x.size() == y.size() && x.back() == y[y.size() - 2] &&
                     std::equal(x.begin(), x.end() - 2, y.begin());
  if (!match)
    source.reader.fail("inputs", "expected [..., m, k] and [..., k, n], got " + shown(source.input_shapes[0]) +
                                     " and " + shown(source.input_shapes[1]));
  Blocks blocks;
  blocks.rows = x[x.size() - 2];
  blocks.inner = x.back();
  blocks.columns = y.back();
  blocks.count = source.input_shapes[0].rows() / blocks.rows;
  return blocks;
}

}  // namespace

std::unique_ptr<Operation> read_matmul(OperationSource& source) {
  source.expect_inputs(2);
  return std::make_unique<Matmul>(source, read_blocks(source));
}

}  // namespace palimpsest
