#include <cmath>

#include "sim/operations/elementwise.hpp"
#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

struct TabulatedFunction {
  static constexpr VectorOperations forward{0, 1, 1, 0};   // table lookup and linear interpolation
  static constexpr VectorOperations backward{0, 2, 1, 0};  // derivative likewise, times the gradient
  static constexpr bool gradient_from_output = false;
};

/// x * Phi(x), Phi the distribution function of the normal distribution (exact form, Hendrycks & Gimpel 2016).
struct ExactGelu : TabulatedFunction {
  static float value(float x) { return 0.5F * x * (1.0F + std::erf(x * 0.70710678F)); }
};

/// The approximation of the same paper: Phi(x) by tanh(sqrt(2 / pi) * (x + 0.044715 x^3)).
struct TanhGelu : TabulatedFunction {
  static float value(float x) { return 0.5F * x * (1.0F + std::tanh(0.79788456F * (x + 0.044715F * x * x * x))); }
};

}  // namespace

std::unique_ptr<Operation> read_gelu(OperationSource& source) {
  const bool by_tanh = source.version > 1 && source.reader.has("approximate") &&
                       source.reader.choice<bool>("approximate", {{"none", false}, {"tanh", true}});
  return by_tanh ? read_elementwise<TanhGelu>(source) : read_elementwise<ExactGelu>(source);
}

}  // namespace palimpsest
