#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

// Largest element, difference to it, exponential by table and interpolation, sum; times the sum's reciprocal.
constexpr VectorOperations forward_operations{3, 2, 1, 0};
// The reciprocal: first guess by table, two steps of Newton's method.
constexpr VectorOperations reciprocal_operations{0, 4, 1, 0};
// Sum of result times gradient; gradient minus that sum, times the result.
constexpr VectorOperations backward_operations{1, 2, 0, 0};

/// exp(x) over the sum of all of a row.
class Softmax : public Operation {
 public:
  explicit Softmax(OperationSource& source) : Operation(source) { set_output_shapes({input_shape()}); }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    const Tensor& x = evaluation.input();
    const Eigen::VectorXf largest = x.rowwise().maxCoeff();
    outputs[0] = (x.colwise() - largest).array().exp();
    const Eigen::VectorXf sums = outputs[0].rowwise().sum();
    outputs[0].array().colwise() /= sums.array();
  }
  VectorWork work() const override {
    return {true, forward_operations * input_shape().columns() + reciprocal_operations};
  }
  std::vector<InputGradient> input_gradients() const override {
    return {{0, {}, true, {}, VectorWork{true, backward_operations * input_shape().columns()}}};
  }
};

}  // namespace

std::unique_ptr<Operation> read_softmax(OperationSource& source) {
  source.expect_inputs(1);
  return std::make_unique<Softmax>(source);
}

}  // namespace palimpsest
