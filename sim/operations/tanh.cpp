#include <cmath>

#include "sim/operations/elementwise.hpp"
#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

struct HyperbolicTangent {
  static constexpr VectorOperations forward{0, 1, 1, 0};   // table lookup and linear interpolation
  static constexpr VectorOperations backward{0, 2, 0, 0};  // 1 - y^2, times the gradient
  static constexpr bool gradient_from_output = true;

  static float value(float x) { return std::tanh(x); }
};

}  // namespace

std::unique_ptr<Operation> read_tanh(OperationSource& source) { return read_elementwise<HyperbolicTangent>(source); }

}  // namespace palimpsest
