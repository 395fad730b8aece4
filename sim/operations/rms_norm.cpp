#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

constexpr VectorOperations forward_operations{0, 3, 0, 0};   // square and sum; times reciprocal root; times gain
constexpr VectorOperations root_operations{0, 7, 1, 0};      // first guess by table, two steps of Newton's method
constexpr VectorOperations backward_operations{0, 8, 0, 0};  // two row sums; x, gain and gradient combined
constexpr VectorOperations gain_operations{0, 2, 0, 0};      // normalised x times gradient, summed over rows

/// x / sqrt(mean(x^2) + epsilon) * gain, the mean over each row (Zhang and Sennrich, NeurIPS 2019).
class RmsNorm : public Operation {
 public:
  explicit RmsNorm(OperationSource& source)
      : Operation(source), gain_(source.parameter("gain", Shape{input_shape().columns()})), epsilon_(source.epsilon()) {
    set_output_shapes({input_shape()});
  }

  std::vector<std::string> digital_parameters() const override { return {gain_}; }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    const Eigen::MatrixXf x = evaluation.input();
    const Eigen::VectorXf inverse = (x.array().square().rowwise().mean() + epsilon_).sqrt().inverse();
    outputs[0] = (x.array().colwise() * inverse.array()).rowwise() * evaluation.parameters.at(gain_).row(0).array();
  }
  VectorWork work() const override { return {true, forward_operations * input_shape().columns() + root_operations}; }
  std::vector<InputGradient> input_gradients() const override {
    return {{0, {0}, false, {gain_}, VectorWork{true, backward_operations * input_shape().columns()}}};
  }
  std::vector<ParameterGradient> parameter_gradients() const override {
    return {{gain_, {0}, gain_operations * input_shape().elements()}};
  }

 private:
  std::string gain_;
  float epsilon_;
};

}  // namespace

std::unique_ptr<Operation> read_rms_norm(OperationSource& source) {
  source.expect_inputs(1);
  return std::make_unique<RmsNorm>(source);
}

}  // namespace palimpsest
