#include "sim/operations/kinds.hpp"
#include "sim/operations/normalization.hpp"

namespace palimpsest {

namespace {

/// (x - mean) / sqrt(variance + epsilon) * gain + bias over each row (Ba, Kiros and Hinton 2016).
class LayerNorm : public Operation {
 public:
  explicit LayerNorm(OperationSource& source)
      : Operation(source),
        gain_(source.parameter_or_null("gain", Shape{input_shape().columns()})),
        bias_(source.parameter_or_null("bias", Shape{input_shape().columns()})),
        epsilon_(source.epsilon()) {
    set_output_shapes({input_shape()});
  }

  std::vector<std::string> digital_parameters() const override { return present({gain_, bias_}); }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    Tensor& y = outputs[0] = evaluation.input();
    normalize_rows({y.data(), y.rows(), y.cols()}, epsilon_);
    if (!gain_.empty()) y.array().rowwise() *= evaluation.parameters.at(gain_).row(0).array();
    if (!bias_.empty()) y.rowwise() += evaluation.parameters.at(bias_).row(0);
  }
  VectorWork work() const override { return {true, row_work(1).forward()}; }
  std::vector<InputGradient> input_gradients() const override {
    return {{0, {0}, false, present({gain_}), VectorWork{true, row_work(1).backward()}}};
  }
  std::vector<ParameterGradient> parameter_gradients() const override {
    return normalization_gradients(row_work(input_shape().rows()), gain_, bias_, true);
  }

 private:
  NormalizationWork row_work(std::uint32_t rows) const {
    return {input_shape().columns(), rows, !gain_.empty(), !bias_.empty()};
  }

  std::string gain_;
  std::string bias_;
  float epsilon_;
};

}  // namespace

std::unique_ptr<Operation> read_layer_norm(OperationSource& source) {
  source.expect_inputs(1);
  return std::make_unique<LayerNorm>(source);
}

}  // namespace palimpsest
