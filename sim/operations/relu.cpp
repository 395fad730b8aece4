#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

// A comparison chooses.
constexpr VectorOperations operations_per_element{1, 0, 0, 0};

class Relu : public Operation {
 public:
  explicit Relu(OperationSource& source) : Operation(source) { set_output_shapes({input_shape()}); }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    outputs[0] = evaluation.input().cwiseMax(0.0F);
  }
  VectorWork work() const override { return {true, operations_per_element * input_shape().columns()}; }
  std::vector<InputGradient> input_gradients() const override {
    return {{0, {0}, false, {}, VectorWork{true, operations_per_element * input_shape().columns()}}};
  }
};

}  // namespace

std::unique_ptr<Operation> read_relu(OperationSource& source) {
  source.expect_inputs(1);
  return std::make_unique<Relu>(source);
}

}  // namespace palimpsest
