#include "sim/operations/binary.hpp"

#include <algorithm>

namespace palimpsest {

SecondOperand read_second_operand(OperationSource& source) {
  SecondOperand operand;
  if (source.inputs.size() != 1) {
    source.expect_inputs(2);
    operand.shape = source.input_shapes[1];
  } else if (source.reader.has("constant")) {
    operand.constant = static_cast<float>(source.reader.number("constant", -1e30, 1e30));
    operand.is_constant = true;
    operand.result = source.input_shapes[0];
    return operand;
  } else if (source.reader.has("parameter")) {
    operand.parameter = source.reader.text("parameter");
    const Shape shape = source.parameters.shape(operand.parameter, 0);
    source.parameter("parameter", shape);
    operand.shape = shape.dimensions() == 0 ? Shape{1} : shape;
  } else {
    source.reader.fail("inputs", "expected 2, or 1 with a constant or a parameter");
  }
  const std::optional<Shape> result = broadcast_shape(source.input_shapes[0], operand.shape);
  if (!result)
    source.reader.fail(operand.parameter.empty() ? "inputs" : "parameter",
                       "expected shapes that are equal or 1 in every dimension from the last on, got " +
                           shown(source.input_shapes[0]) + " and " + shown(operand.shape));
  std::uint64_t elements = 1;
  for (const std::uint32_t extent : result->extents()) elements = std::min(elements * extent, largest_value + 1);
  if (elements > largest_value)
    source.reader.fail(
        "inputs", "expected a result of at most " + std::to_string(largest_value) + " elements, got " + shown(*result));
  operand.result = *result;
  return operand;
}

}  // namespace palimpsest
