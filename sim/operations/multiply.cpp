#include "sim/operations/binary.hpp"
#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

struct Product {
  static constexpr VectorOperations gradient_operations{0, 1, 0, 0};
  static constexpr bool gradient_reads_other = true;

  static VectorOperations operations(bool /*other_is_stored*/) { return {0, 1, 0, 0}; }
  static VectorOperations in_lanes(bool other_is_stored) { return operations(other_is_stored); }
  static float value(float x, float y) { return x * y; }
};

}  // namespace

std::unique_ptr<Operation> read_multiply(OperationSource& source) {
  const SecondOperand other = read_second_operand(source);
  return std::make_unique<Binary<Product>>(source, other);
}

}  // namespace palimpsest
