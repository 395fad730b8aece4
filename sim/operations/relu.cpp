#include <algorithm>

#include "sim/operations/elementwise.hpp"
#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

struct Relu {
  static constexpr VectorOperations forward{1, 0, 0, 0};   // a comparison chooses
  static constexpr VectorOperations backward{1, 0, 0, 0};  // likewise
  static constexpr bool gradient_from_output = false;

  static float value(float x) { return std::max(x, 0.0F); }
};

}  // namespace

std::unique_ptr<Operation> read_relu(OperationSource& source) { return read_elementwise<Relu>(source); }

}  // namespace palimpsest
