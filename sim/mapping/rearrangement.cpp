#include "sim/mapping/rearrangement.hpp"

#include <algorithm>
#include <optional>

#include "models/physics/clock.hpp"

namespace palimpsest {

namespace {

std::uint32_t value_bytes(int bits) {
  return static_cast<std::uint32_t>(ceil_div(static_cast<std::uint64_t>(bits), 8));
}

/// From which byte of the value on the elements of a slice lie as a value of `sliced` does.
std::optional<std::uint64_t> view_offset(const ProgramBuilder& builder, const Placement& placement, const Shape& shape,
                                         const Slice& slice, const Shape& sliced, int bits) {
  if (sliced == shape) return 0;
  std::uint32_t repetitions = 1;
  for (std::size_t dimension = 0; dimension < slice.axis; ++dimension) repetitions *= shape.extent(dimension);
  if (repetitions != 1 || (slice.step != 1 && sliced.extent(slice.axis) != 1)) return std::nullopt;
  if (slice.axis + 1 < shape.dimensions())
    return std::uint64_t{slice.begin} * (shape.rows() / shape.extent(slice.axis)) * placement.row_stride;
  const std::uint32_t word = word_bytes(builder.context().architecture.sram);
  const std::uint64_t offset = std::uint64_t{slice.begin} * value_bytes(bits);
  const bool fills_words = sliced.columns() * value_bytes(bits) % word == 0 || slice.end == shape.columns();
  return offset % word == 0 && fills_words ? std::optional(offset) : std::nullopt;
}

/// The same columns of every row.
StoredValue moved_columns(ProgramBuilder& builder, const StoredValue& value, const Slice& slice, const Shape& sliced,
                          int bits) {
  const Placement output = builder.layout().per_sample(sliced.rows(), sliced.columns(), bits);
  VectorJob job;
  job.vectors = sliced.rows();
  job.fetches = {value.placement.part_of_row(slice.begin * value_bytes(bits), sliced.columns() * value_bytes(bits))};
  job.drains = {output.row()};
  job.operations_per_vector = move_operations * sliced.columns();
  job.cycles_per_vector = vector_cycles(builder.context().architecture.vector_unit, job.operations_per_vector);
  return {output, {builder.add(job, value.ready_after)}};
}

/// The rows of a value and of a slice of it, in blocks, one for each place along the dimensions before the slice's.
struct SliceRows {
  std::uint32_t blocks = 1;
  std::uint32_t inner = 1;   ///< rows of a place along the slice's dimension
  std::uint32_t whole = 1;   ///< rows of a block
  std::uint32_t sliced = 1;  ///< likewise, of the slice
  Slice slice;

  SliceRows(const Shape& shape, const Slice& of) : slice(of) {
    const Shape result = sliced_shape(shape, slice);
    // A part of each row.
    if (slice.axis + 1 == shape.dimensions()) slice = {slice.axis, 0, shape.rows(), 1};
    for (std::size_t dimension = 0; dimension < slice.axis && of.axis + 1 < shape.dimensions(); ++dimension)
      blocks *= shape.extent(dimension);
    whole = shape.rows() / blocks;
    sliced = result.rows() / blocks;
    inner = of.axis + 1 == shape.dimensions() ? 1 : whole / shape.extent(of.axis);
  }

  /// From which row of the value on those of the slice come, from `row` on.
  std::uint32_t from(std::uint32_t row) const {
    if (row == 0 || row == sliced) return row == 0 ? 0 : whole;
    return (slice.begin + row / inner * slice.step) * inner + row % inner;
  }
  /// How many rows of the slice come from rows before `row`.
  std::uint32_t before(std::uint32_t row) const {
    const std::uint32_t place = row / inner;
    if (place < slice.begin) return 0;
    const std::uint32_t steps = (place - slice.begin) / slice.step;
    const bool is_taken = (place - slice.begin) % slice.step == 0;
    return std::min(steps * inner + (is_taken ? row % inner : inner), sliced);
  }
};

/// Row by row of the result, or of the value where the result is a single one.
Bands reshape_bands(const Shape& from, const Shape& to) {
  const BandPart row = in_rows(all_rows(1));
  const BandPart part_of_row = in_columns(all_rows(1));
  if (to.rows() == 1) return {from.rows(), 1, {row}, part_of_row};
  if (from.rows() == 1) return {to.rows(), 1, {part_of_row}, row};
  const RowsOfBand taken = [before = from.columns(), after = to.columns()](std::uint32_t first, std::uint32_t count) {
    const auto begin = static_cast<std::uint32_t>(std::uint64_t{first} * after / before);
    const auto end = static_cast<std::uint32_t>(ceil_div((std::uint64_t{first} + count) * after, before));
    return Rows{begin, end - begin};
  };
  return {1, to.rows(), {in_rows(taken)}, in_rows(same_rows)};
}

}  // namespace

Shape sliced_shape(const Shape& shape, const Slice& slice) {
  std::vector<std::uint32_t> extents = shape.extents();
  extents[slice.axis] = static_cast<std::uint32_t>(ceil_div(slice.end - slice.begin, slice.step));
  return Shape(extents);
}

Bands slice_bands(const Shape& shape, const Slice& slice) {
  const SliceRows rows(shape, slice);
  const RowsOfBand taken = [rows](std::uint32_t first, std::uint32_t count) {
    return Rows{rows.from(first), rows.from(first + count) - rows.from(first)};
  };
  return {rows.blocks, rows.sliced, {in_rows(taken)}, in_rows(same_rows)};
}

Bands unslice_bands(const Shape& shape, const Slice& slice) {
  const SliceRows rows(shape, slice);
  const RowsOfBand taken = [rows](std::uint32_t first, std::uint32_t count) {
    return Rows{rows.before(first), rows.before(first + count) - rows.before(first)};
  };
  return {rows.blocks, rows.whole, {in_rows(taken)}, in_rows(same_rows)};
}

StoredValue reshaped(ProgramBuilder& builder, const StoredValue& value, const Shape& from, const Shape& to, int bits) {
  StoredValue view = builder.view(value, 0, to, bits);
  const bool is_dense = value.placement.is_dense() && view.placement.is_dense();
  if (from.columns() == to.columns() || is_dense) return view;
  return builder.at_once({value}, to, bits, move_operations * to.elements(), reshape_bands(from, to));
}

StoredValue sliced(ProgramBuilder& builder, const StoredValue& value, const Shape& shape, const Slice& slice,
                   int bits) {
  const Shape result = sliced_shape(shape, slice);
  if (const auto offset = view_offset(builder, value.placement, shape, slice, result, bits))
    return builder.view(value, *offset, result, bits);
  if (slice.axis + 1 == shape.dimensions() && slice.step == 1)
    return moved_columns(builder, value, slice, result, bits);
  return builder.at_once({value}, result, bits, move_operations * result.elements(), slice_bands(shape, slice));
}

}  // namespace palimpsest
