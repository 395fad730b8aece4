#pragma once

#include <memory>

#include "sim/operations/operation_source.hpp"

namespace palimpsest {

/// A function of each element by itself. `Function` has
/// - `static float value(float x)`;
/// - `forward` and `backward`, the elementary operations of an element (`backward`: of its gradient);
/// - `gradient_from_output`, whether the derivative is told from the result rather than from x.
template <class Function>
class Elementwise : public Operation {
 public:
  explicit Elementwise(OperationSource& source) : Operation(source) { set_output_shapes({input_shape()}); }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    outputs[0] = evaluation.input().unaryExpr([](float x) { return Function::value(x); });
  }
  std::optional<VectorOperations> elementwise() const override { return Function::forward; }
  VectorWork work() const override { return {true, Function::forward * input_shape().columns()}; }
  std::vector<InputGradient> input_gradients() const override {
    InputGradient rule;
    if (!Function::gradient_from_output) rule.inputs_read = {0};
    rule.output_read = Function::gradient_from_output;
    rule.work = VectorWork{true, Function::backward * input_shape().columns()};
    return {rule};
  }
};

template <class Function>
std::unique_ptr<Operation> read_elementwise(OperationSource& source) {
  source.expect_inputs(1);
  return std::make_unique<Elementwise<Function>>(source);
}

}  // namespace palimpsest
