#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

constexpr VectorOperations operations_per_element{1, 0, 0, 0};

class Add : public Operation {
 public:
  explicit Add(OperationSource& source) : Operation(source) {
    if (input_shape(0) != input_shape(1))
      source.reader.fail(
          "inputs", "expected two values of one shape, got " + shown(input_shape(0)) + " and " + shown(input_shape(1)));
    set_output_shapes({input_shape()});
  }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    outputs[0] = evaluation.input(0) + evaluation.input(1);
  }
  VectorWork work() const override { return {true, operations_per_element * input_shape().columns()}; }
  std::vector<InputGradient> input_gradients() const override {
    return {{0, {}, false, {}, {}}, {1, {}, false, {}, {}}};
  }
};

}  // namespace

std::unique_ptr<Operation> read_add(OperationSource& source) {
  source.expect_inputs(2);
  return std::make_unique<Add>(source);
}

}  // namespace palimpsest
