#include "sim/mapping/matrix_pieces.hpp"

#include <utility>

namespace palimpsest {

namespace {

StridedRange rows_of(const Placement& matrix, std::uint32_t first, std::uint32_t count) {
  return {matrix.address + std::uint64_t{first} * matrix.row_stride, std::uint64_t{count} * matrix.row_stride, 0,
          matrix.per_sample};
}

/// Columns of every row, of a matrix with `columns` of them.
void add_columns(std::vector<StridedRange>& ranges, const Placement& matrix, std::uint32_t columns, std::uint32_t first,
                 std::uint32_t count) {
  const std::uint32_t value_bytes = matrix.row_bytes / columns;
  for (std::uint32_t row = 0; row < matrix.rows; ++row) {
    ranges.push_back({matrix.address + std::uint64_t{row} * matrix.row_stride + std::uint64_t{first} * value_bytes,
                      std::uint64_t{count} * value_bytes, 0, matrix.per_sample});
  }
}

std::shared_ptr<const Division> division(std::uint32_t extent,
                                         std::function<DivisibleJob(std::uint32_t, std::uint32_t)> piece) {
  return std::make_shared<const Division>(Division{extent, std::move(piece)});
}

void set_operations(VectorJob& job, const VectorOperations& operations, const VectorUnitConfig& unit) {
  job.operations_per_vector = operations;
  job.cycles_per_vector = vector_cycles(unit, operations);
}

}  // namespace

VectorOperations share_of(const VectorOperations& operations, std::uint64_t first, std::uint64_t count,
                          std::uint64_t extent) {
  VectorOperations share;
  for (const auto kind :
       {&VectorOperations::adds, &VectorOperations::macs, &VectorOperations::lookups, &VectorOperations::moves}) {
    share.*kind = operations.*kind * (first + count) / extent - operations.*kind * first / extent;
  }
  return share;
}

std::shared_ptr<const Division> matrix_division(const VectorJob& job, const std::vector<Placement>& inputs,
                                                const Placement& output, const Shape& shape, MatrixCut cut,
                                                const VectorUnitConfig& unit) {
  if (cut == MatrixCut::none) return nullptr;
  const bool transposed = cut == MatrixCut::transposed;
  const std::uint32_t columns = transposed ? shape.rows() : shape.columns();
  return division(columns, [=](std::uint32_t first, std::uint32_t count) {
    VectorJob piece = job;
    piece.fetches.clear();
    piece.drains.clear();
    for (const Placement& input : inputs) add_columns(piece.fetches, input, columns, first, count);
    if (transposed) {
      piece.drains = {rows_of(output, first, count)};
    } else {
      add_columns(piece.drains, output, columns, first, count);
    }
    set_operations(piece, share_of(job.operations_per_vector, first, count, columns), unit);
    return DivisibleJob{piece, nullptr};
  });
}

std::shared_ptr<const Division> row_sum_division(const VectorJob& job, const std::vector<Placement>& inputs,
                                                 const Placement& sum, const VectorUnitConfig& unit) {
  const std::uint32_t rows = inputs.front().rows;
  return division(rows, [=](std::uint32_t first, std::uint32_t count) {
    VectorJob piece = job;
    piece.fetches.clear();
    for (const Placement& input : inputs) piece.fetches.push_back(rows_of(input, first, count));
    piece.fetches.push_back(sum.whole());
    set_operations(piece, share_of(job.operations_per_vector, first, count, rows), unit);
    return DivisibleJob{piece, nullptr};
  });
}

std::shared_ptr<const Division> product_division(const LoraJob& job, const Placement& weights, const Placement& output,
                                                 const MatrixProduct& product, const LoraUnitConfig& unit) {
  return division(product.outputs, [=](std::uint32_t first, std::uint32_t count) {
    LoraJob piece = job;
    piece.preloads.clear();
    if (product.transposed) {
      add_columns(piece.preloads, weights, product.outputs, first, count);
    } else {
      piece.preloads = {rows_of(weights, first, count)};
    }
    const std::uint32_t value_bytes = output.row_bytes / product.outputs;
    piece.drains = {output.part_of_row(first * value_bytes, count * value_bytes)};
    piece.cycles_per_vector = lora_product_cycles(unit, count, product.inputs);
    piece.macs_per_vector = std::uint64_t{count} * product.inputs;
    return DivisibleJob{piece, nullptr};
  });
}

std::shared_ptr<const Division> weight_gradient_division(const LoraJob& job, const Placement& gradient,
                                                         const Placement& x, const Placement& dy, std::uint32_t inputs,
                                                         const LoraUnitConfig& unit) {
  const bool adds = !job.preloads.empty();
  // Some outputs and some rows.
  const auto block = [=](std::uint32_t first, std::uint32_t count, std::uint32_t first_row, std::uint32_t rows) {
    LoraJob piece = job;
    piece.drains = {rows_of(gradient, first, count)};
    if (adds) piece.preloads = piece.drains;
    piece.fetches = {rows_of(x, first_row, rows)};
    Placement some = dy;
    some.address += std::uint64_t{first_row} * dy.row_stride;
    some.rows = rows;
    add_columns(piece.fetches, some, gradient.rows, first, count);
    piece.cycles_per_vector = lora_product_cycles(unit, count, inputs, rows);
    piece.macs_per_vector = std::uint64_t{rows} * count * inputs;
    return piece;
  };
  return division(gradient.rows, [=](std::uint32_t first, std::uint32_t count) {
    DivisibleJob piece{block(first, count, 0, x.rows), nullptr};
    if (adds) {
      piece.division = division(x.rows, [=](std::uint32_t row, std::uint32_t rows) {
        return DivisibleJob{block(first, count, row, rows), nullptr};
      });
    }
    return piece;
  });
}

std::shared_ptr<const Division> row_sum_division(const LoraJob& job, const std::vector<Placement>& matrices,
                                                 std::function<std::uint64_t(std::uint64_t rows)> cycles) {
  const std::uint32_t all = matrices.front().rows;
  return division(all, [=, cycles = std::move(cycles)](std::uint32_t first, std::uint32_t count) {
    LoraJob piece = job;
    piece.fetches.clear();
    for (const Placement& matrix : matrices) piece.fetches.push_back(rows_of(matrix, first, count));
    piece.cycles_per_vector = cycles(count);
    piece.macs_per_vector = job.macs_per_vector / all * count;
    return DivisibleJob{piece, nullptr};
  });
}

}  // namespace palimpsest
