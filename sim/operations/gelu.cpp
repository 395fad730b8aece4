#include <cmath>

#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

constexpr VectorOperations forward_operations{0, 1, 1, 0};   // table lookup and linear interpolation
constexpr VectorOperations backward_operations{0, 2, 1, 0};  // derivative likewise, times the gradient

/// x * Phi(x), Phi the distribution function of the normal distribution (exact form, Hendrycks & Gimpel 2016).
class Gelu : public Operation {
 public:
  explicit Gelu(OperationSource& source) : Operation(source) { set_output_shapes({input_shape()}); }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    outputs[0] =
        evaluation.input().unaryExpr([](float value) { return 0.5F * value * (1.0F + std::erf(value * 0.70710678F)); });
  }
  VectorWork work() const override { return {true, forward_operations * input_shape().columns()}; }
  std::vector<InputGradient> input_gradients() const override {
    return {{0, {0}, false, {}, VectorWork{true, backward_operations * input_shape().columns()}}};
  }
};

}  // namespace

std::unique_ptr<Operation> read_gelu(OperationSource& source) {
  source.expect_inputs(1);
  return std::make_unique<Gelu>(source);
}

}  // namespace palimpsest
