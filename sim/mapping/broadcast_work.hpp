#pragma once

#include <vector>

#include "sim/mapping/program_builder.hpp"

namespace palimpsest {

/// A value of which the elements are used as if it had the shape of the result.
struct BroadcastInput {
  StoredValue value;
  Shape shape;
};

/// Adds a vector-unit job on values that broadcast to `shape`. The result streams in the smallest pieces, rows at best,
/// for which every input's next piece lies a fixed distance behind the last or is the last again.
StoredValue broadcast_work(ProgramBuilder& builder, const std::vector<BroadcastInput>& inputs, const Shape& shape,
                           int bits, const VectorOperations& operations_per_element);

/// How work on all elements of values of the shapes `read`, which broadcast with each other, may be cut where the
/// result is of shape `written`, or a sum of that shape: into places along the first dimension, else along the last,
/// unless these are summed over; and into rows.
Bands broadcast_bands(const std::vector<Shape>& read, const Shape& written);

}  // namespace palimpsest
