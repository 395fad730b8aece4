#include "sim/mapping/broadcast_work.hpp"

#include <algorithm>
#include <optional>

namespace palimpsest {

namespace {

std::uint32_t extents_product(const Shape& shape, std::size_t first, std::size_t last) {
  std::uint32_t product = 1;
  for (std::size_t dimension = first; dimension < last; ++dimension) product *= shape.extent(dimension);
  return product;
}

/// The piece of a matrix that belongs to the first of some vectors. Gaps between its rows go with the only vector.
std::optional<StridedRange> piece(const Placement& placement, std::uint32_t rows, std::uint32_t vectors, bool moves) {
  if (rows > 1 && vectors > 1 && !placement.is_dense()) return std::nullopt;
  StridedRange range = rows == 1 ? placement.row() : placement.whole();
  if (rows > 1) range.bytes = std::uint64_t{rows} * placement.row_stride;
  range.stride = moves ? std::uint64_t{rows} * placement.row_stride : 0;
  return range;
}

/// What an input has for a piece of the result that spans the dimensions from `first` on.
std::optional<StridedRange> input_piece(const BroadcastInput& input, const Shape& shape, std::size_t first) {
  const std::size_t missing = shape.dimensions() - input.shape.dimensions();
  bool moves = false;
  bool stays = false;
  for (std::size_t dimension = 0; dimension < first; ++dimension) {
    if (shape.extent(dimension) == 1) continue;
    const bool is_one = dimension < missing || input.shape.extent(dimension - missing) == 1;
    (is_one ? stays : moves) = true;
  }
  if (moves && stays) return std::nullopt;
  const std::size_t columns = input.shape.dimensions() - 1;
  const std::uint32_t rows =
      extents_product(input.shape, first < missing ? 0 : std::min(first - missing, columns), columns);
  return piece(input.value.placement, rows, extents_product(shape, 0, first), moves);
}

/// Job with pieces that span the dimensions from `first` on, if there is one.
std::optional<VectorJob> job_of_pieces(const std::vector<BroadcastInput>& inputs, const Placement& output,
                                       const Shape& shape, std::size_t first) {
  VectorJob job;
  job.vectors = extents_product(shape, 0, first);
  for (const BroadcastInput& input : inputs) {
    const std::optional<StridedRange> range = input_piece(input, shape, first);
    if (!range) return std::nullopt;
    job.fetches.push_back(*range);
  }
  const std::optional<StridedRange> drain = piece(output, shape.rows() / job.vectors, job.vectors, true);
  if (!drain) return std::nullopt;
  job.drains = {*drain};
  return job;
}

/// The smallest shape that all of `shapes` broadcast to.
Shape common_shape(const std::vector<Shape>& shapes) {
  std::size_t dimensions = 0;
  for (const Shape& shape : shapes) dimensions = std::max(dimensions, shape.dimensions());
  std::vector<std::uint32_t> extents(dimensions, 1);
  for (const Shape& shape : shapes) {
    const std::size_t missing = dimensions - shape.dimensions();
    for (std::size_t dimension = 0; dimension < shape.dimensions(); ++dimension)
      extents[missing + dimension] = std::max(extents[missing + dimension], shape.extent(dimension));
  }
  return Shape(extents);
}

}  // namespace

Bands broadcast_bands(const std::vector<Shape>& read, const Shape& written) {
  std::vector<Shape> shapes = read;
  shapes.push_back(written);
  const Shape all = common_shape(shapes);
  const auto has_first = [&](const Shape& shape) {
    return all.dimensions() > 1 && all.extent(0) > 1 && shape.dimensions() == all.dimensions() &&
           shape.extent(0) == all.extent(0);
  };
  const auto has_last = [&](const Shape& shape) { return all.columns() > 1 && shape.columns() == all.columns(); };
  const bool by_first = has_first(written);
  const bool by_last = !by_first && has_last(written);
  const std::uint32_t blocks = by_first ? all.extent(0) : 1;
  const std::uint32_t extent = all.rows() / blocks;
  const auto part = [&](const Shape& shape) {
    const std::uint32_t rows = by_first && has_first(shape) ? shape.rows() / blocks : shape.rows();
    const RowsOfBand of_band = rows == extent ? RowsOfBand(same_rows) : all_rows(rows);
    if (by_first && has_first(shape)) return in_rows(of_band);
    return by_last && has_last(shape) ? in_columns(of_band) : shared(of_band);
  };
  Bands bands{by_last ? all.columns() : blocks, extent, {}, part(written)};
  for (const Shape& shape : read) bands.read.push_back(part(shape));
  bands.adds = written.rows() / blocks != extent;
  return bands;
}

StoredValue broadcast_work(ProgramBuilder& builder, const std::vector<BroadcastInput>& inputs, const Shape& shape,
                           int bits, const VectorOperations& operations_per_element) {
  const Placement output = builder.layout().per_sample(shape.rows(), shape.columns(), bits);
  // A single piece, the whole, always is one.
  std::size_t first = shape.dimensions() - 1;
  std::optional<VectorJob> job = job_of_pieces(inputs, output, shape, first);
  while (!job) job = job_of_pieces(inputs, output, shape, --first);
  job->operations_per_vector = operations_per_element * (shape.elements() / job->vectors);
  job->cycles_per_vector = vector_cycles(builder.context().architecture.vector_unit, job->operations_per_vector);
  std::vector<std::uint32_t> ready_after;
  for (const BroadcastInput& input : inputs)
    ready_after.insert(ready_after.end(), input.value.ready_after.begin(), input.value.ready_after.end());
  BandMatrices matrices{{}, output};
  std::vector<Shape> shapes;
  for (const BroadcastInput& input : inputs) {
    matrices.inputs.push_back(input.value.placement);
    shapes.push_back(input.shape);
  }
  const auto division = band_division(operations_per_element * shape.elements(), matrices,
                                      broadcast_bands(shapes, shape), builder.context().architecture.vector_unit);
  return {output, {builder.add(*job, ready_after, 0, division)}};
}

}  // namespace palimpsest
