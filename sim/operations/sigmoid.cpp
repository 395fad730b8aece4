#include <cmath>

#include "sim/operations/elementwise.hpp"
#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

/// 1 / (1 + exp(-x)).
struct Sigmoid {
  static constexpr VectorOperations forward{0, 1, 1, 0};   // table lookup and linear interpolation
  static constexpr VectorOperations backward{0, 2, 0, 0};  // y - y^2, times the gradient
  static constexpr bool gradient_from_output = true;

  static float value(float x) { return 1.0F / (1.0F + std::exp(-x)); }
};

}  // namespace

std::unique_ptr<Operation> read_sigmoid(OperationSource& source) { return read_elementwise<Sigmoid>(source); }

}  // namespace palimpsest
