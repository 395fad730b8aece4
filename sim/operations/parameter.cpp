#include "sim/mapping/forward_pass.hpp"
#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

/// A parameter as a value, the same for every sample.
class Parameter : public Operation {
 public:
  Parameter(OperationSource& source, const Shape& shape)
      : Operation(source), parameter_(source.parameter("parameter", shape)) {
    set_output_shapes({shape});
  }

  std::vector<std::string> digital_parameters() const override { return {parameter_}; }
  bool is_view() const override { return true; }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    outputs[0] = evaluation.parameters.at(parameter_).replicate(Eigen::Index{evaluation.samples}, 1);
  }
  /// Whoever uses the value reads the parameter where it lies.
  std::vector<StoredValue> lower(ForwardPass& pass, const Execution& /*execution*/,
                                 const std::vector<StoredValue>& /*inputs*/) const override {
    return {pass.parameter(parameter_)};
  }
  std::vector<ParameterGradient> parameter_gradients() const override {
    return {{parameter_, {}, add_operations * output_shape().elements()}};
  }

 private:
  std::string parameter_;
};

}  // namespace

std::unique_ptr<Operation> read_parameter(OperationSource& source) {
  source.expect_inputs(0);
  const std::string name = source.reader.text("parameter");
  const Shape shape = source.parameters.shape(name, 0);
  if (shape.dimensions() < 1 || shape.dimensions() > most_dimensions)
    source.parameters.fail(name, "expected 1.." + std::to_string(most_dimensions) + " dimensions, got " + shown(shape));
  return std::make_unique<Parameter>(source, shape);
}

}  // namespace palimpsest
