#include "sim/mapping/rearrangement.hpp"

#include <optional>

#include "models/physics/clock.hpp"

namespace palimpsest {

namespace {

constexpr VectorOperations move_operations{0, 0, 0, 1};

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

}  // namespace

Shape sliced_shape(const Shape& shape, const Slice& slice) {
  std::vector<std::uint32_t> extents = shape.extents();
  extents[slice.axis] = static_cast<std::uint32_t>(ceil_div(slice.end - slice.begin, slice.step));
  return Shape(extents);
}

StoredValue reshaped(ProgramBuilder& builder, const StoredValue& value, const Shape& from, const Shape& to, int bits) {
  StoredValue view = builder.view(value, 0, to, bits);
  const bool is_dense = value.placement.is_dense() && view.placement.is_dense();
  if (from.columns() == to.columns() || is_dense) return view;
  return builder.at_once({value}, to, bits, move_operations * to.elements());
}

StoredValue sliced(ProgramBuilder& builder, const StoredValue& value, const Shape& shape, const Slice& slice,
                   int bits) {
  const Shape result = sliced_shape(shape, slice);
  if (const auto offset = view_offset(builder, value.placement, shape, slice, result, bits))
    return builder.view(value, *offset, result, bits);
  if (slice.axis + 1 == shape.dimensions() && slice.step == 1)
    return moved_columns(builder, value, slice, result, bits);
  return builder.at_once({value}, result, bits, move_operations * result.elements());
}

}  // namespace palimpsest
