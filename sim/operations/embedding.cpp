#include <algorithm>
#include <cmath>
#include <sstream>

#include "sim/mapping/forward_pass.hpp"
#include "sim/operations/kinds.hpp"
#include "sim/operations/sample_error.hpp"

namespace palimpsest {

namespace {

// Of an index: the address of its row.
constexpr VectorOperations address_operations{0, 1, 0, 0};

/// Rows of a table, by whole numbers. They come from a stored grid and are rounded to the nearest.
class Embedding : public Operation {
 public:
  Embedding(OperationSource& source, const Shape& table)
      : Operation(source), table_(source.parameter("table", table)), rows_(table.extent(0)) {
    std::vector<std::uint32_t> extents = input_shape().extents();
    extents.push_back(table.extent(1));
    set_output_shapes({Shape(extents)});
  }

  std::vector<std::string> digital_parameters() const override { return {table_}; }

  float least_input_range() const override { return static_cast<float>(rows_ - 1); }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    const Tensor& x = evaluation.input();
    const Eigen::MatrixXf& table = evaluation.parameters.at(table_);
    outputs[0].resize(x.size(), table.cols());
    for (Eigen::Index i = 0; i < x.size(); ++i) {
      const float index = std::round(x.data()[i]);
      if (!(index >= 0.0F && index < static_cast<float>(rows_))) fail(evaluation, i);
      outputs[0].row(i) = table.row(static_cast<Eigen::Index>(index));
    }
  }

  /// An index after the other, each with a row of the table. Which one the data say; all take as many accesses.
  std::vector<StoredValue> lower(ForwardPass& pass, const Execution& /*execution*/,
                                 const std::vector<StoredValue>& inputs) const override {
    ProgramBuilder& builder = pass.builder();
    const Placement& x = inputs[0].placement;
    const Placement table = pass.parameter(table_).placement;
    const Placement output =
        builder.layout().per_sample(output_shape().rows(), output_shape().columns(), builder.activation_bits());
    const std::uint32_t index_bytes = x.row_bytes / input_shape().columns();
    // Where gaps lie between its rows, x takes a job for each.
    const std::uint32_t jobs = x.is_dense() ? 1 : x.rows;
    StoredValue result{output, {}};
    for (std::uint32_t number = 0; number < jobs; ++number) {
      VectorJob job;
      job.vectors = static_cast<std::uint32_t>(input_shape().elements()) / jobs;
      const std::uint64_t first_output = std::uint64_t{number} * job.vectors;
      job.fetches = {{x.address + std::uint64_t{number} * x.row_stride, index_bytes, index_bytes, x.per_sample},
                     {table.address, table.row_bytes, 0, false}};
      job.drains = {{output.address + first_output * output.row_stride, output.row_bytes, output.row_stride, true}};
      job.operations_per_vector = address_operations + move_operations * output_shape().columns();
      job.cycles_per_vector = vector_cycles(builder.context().architecture.vector_unit, job.operations_per_vector);
      result.ready_after.push_back(builder.add(job, inputs[0].ready_after));
    }
    return {result};
  }

  /// Each index's part of the gradient is added to the row that it chose. Indices have no gradient.
  std::vector<ParameterGradient> parameter_gradients() const override {
    const std::uint64_t indices = input_shape().elements();
    ParameterGradient rule{table_, {0}, address_operations * indices + add_operations * output_shape().elements()};
    rule.rows = static_cast<std::uint32_t>(std::min<std::uint64_t>(indices, rows_));
    return {rule};
  }

 private:
  [[noreturn]] void fail(const Evaluation& evaluation, Eigen::Index place) const {
    std::ostringstream message;
    message << "operation " << name() << ": expected whole numbers 0.." << rows_ - 1 << " as rows of " << table_
            << ", got " << evaluation.input().data()[place];
    throw SampleError(message.str(),
                      static_cast<std::uint32_t>(place / static_cast<Eigen::Index>(input_shape().elements())));
  }

  std::string table_;
  std::uint32_t rows_;
};

}  // namespace

std::unique_ptr<Operation> read_embedding(OperationSource& source) {
  source.expect_inputs(1);
  if (source.input_shapes[0].dimensions() == most_dimensions)
    source.reader.fail("inputs", "expected fewer than " + std::to_string(most_dimensions) + " dimensions, got " +
                                     shown(source.input_shapes[0]));
  const std::string table = source.reader.text("table");
  return std::make_unique<Embedding>(source, source.parameters.shape(table, 2));
}

}  // namespace palimpsest
