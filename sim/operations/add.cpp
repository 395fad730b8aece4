#include "sim/operations/binary.hpp"
#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

struct Sum {
  static constexpr VectorOperations gradient_operations{1, 0, 0, 0};
  static constexpr bool gradient_reads_other = false;

  // Each stored value has a step of its own, which a multiplication brings to the result's; what is there once is in
  // that step already, and so is what lanes have.
  static VectorOperations operations(bool other_is_stored) { return {0, other_is_stored ? 2U : 1U, 0, 0}; }
  static VectorOperations in_lanes(bool other_is_stored) {
    return other_is_stored ? VectorOperations{0, 1, 0, 0} : VectorOperations{1, 0, 0, 0};
  }
  static float value(float x, float y) { return x + y; }
};

void expect_equal_shapes(const OperationSource& source) {
  source.expect_inputs(2);
  if (source.input_shapes[0] != source.input_shapes[1])
    source.reader.fail("inputs", "expected two values of one shape, got " + shown(source.input_shapes[0]) + " and " +
                                     shown(source.input_shapes[1]));
}

}  // namespace

std::unique_ptr<Operation> read_add(OperationSource& source) {
  if (source.version == 1) expect_equal_shapes(source);
  const SecondOperand other = read_second_operand(source);
  return std::make_unique<Binary<Sum>>(source, other);
}

}  // namespace palimpsest
