#include "sim/operations/kinds.hpp"
#include "sim/operations/normalization.hpp"

namespace palimpsest {

namespace {

constexpr VectorOperations forward_operations{0, 2, 0, 0};   // square and sum; times reciprocal root
constexpr VectorOperations product_operations{0, 1, 0, 0};   // times gain
constexpr VectorOperations backward_operations{0, 7, 0, 0};  // two row sums; x and gradient combined
constexpr VectorOperations gain_operations{0, 2, 0, 0};      // normalised x times gradient, summed over rows

/// x / sqrt(mean(x^2) + epsilon) * gain, the mean over each row (Zhang and Sennrich, NeurIPS 2019).
class RmsNorm : public Operation {
 public:
  RmsNorm(OperationSource& source, std::string gain)
      : Operation(source), gain_(std::move(gain)), epsilon_(source.epsilon()) {
    set_output_shapes({input_shape()});
  }

  std::vector<std::string> digital_parameters() const override { return present({gain_}); }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    const Eigen::MatrixXf x = evaluation.input();
    const Eigen::VectorXf inverse = (x.array().square().rowwise().mean() + epsilon_).sqrt().inverse();
    outputs[0] = x.array().colwise() * inverse.array();
    if (!gain_.empty()) outputs[0].array().rowwise() *= evaluation.parameters.at(gain_).row(0).array();
  }
  VectorWork work() const override {
    return {true, scaled(forward_operations) * input_shape().columns() + reciprocal_root_operations};
  }
  std::vector<InputGradient> input_gradients() const override {
    return {
        {0, {0}, false, digital_parameters(), VectorWork{true, scaled(backward_operations) * input_shape().columns()}}};
  }
  std::vector<ParameterGradient> parameter_gradients() const override {
    if (gain_.empty()) return {};
    return {{gain_, {0}, gain_operations * input_shape().elements(), std::nullopt, true}};
  }

 private:
  /// With the product with the gain, if there is one.
  VectorOperations scaled(const VectorOperations& operations) const {
    return gain_.empty() ? operations : operations + product_operations;
  }

  std::string gain_;
  float epsilon_;
};

}  // namespace

std::unique_ptr<Operation> read_rms_norm(OperationSource& source) {
  source.expect_inputs(1);
  const Shape columns{source.input_shapes[0].columns()};
  return std::make_unique<RmsNorm>(
      source, source.version == 1 ? source.parameter("gain", columns) : source.parameter_or_null("gain", columns));
}

}  // namespace palimpsest
