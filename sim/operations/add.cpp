#include "sim/operations/binary.hpp"
#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

struct Sum {
  static constexpr VectorOperations operations{1, 0, 0, 0};
  static constexpr bool gradient_reads_other = false;

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
