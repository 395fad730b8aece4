#include <cmath>

#include "sim/operations/elementwise.hpp"
#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

/// x / (1 + exp(-x)).
struct Silu {
  static constexpr VectorOperations forward{0, 1, 1, 0};   // table lookup and linear interpolation
  static constexpr VectorOperations backward{0, 2, 1, 0};  // derivative likewise, times the gradient
  static constexpr bool gradient_from_output = false;

  static float value(float x) { return x / (1.0F + std::exp(-x)); }
};

}  // namespace

std::unique_ptr<Operation> read_silu(OperationSource& source) { return read_elementwise<Silu>(source); }

}  // namespace palimpsest
