#include "sim/mapping/backward_pass.hpp"
#include "sim/mapping/forward_pass.hpp"
#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

/// x W^T + bias on the last dimension, W [outputs, inputs] in the arrays.
class Linear : public Operation {
 public:
  Linear(OperationSource& source, ArrayProduct product) : Operation(source), product_(std::move(product)) {
    std::vector<std::uint32_t> extents = input_shape().extents();
    extents.back() = product_.outputs;
    set_output_shapes({Shape(extents)});
  }

  const ArrayProduct* array_product() const override { return &product_; }
  std::vector<std::string> digital_parameters() const override {
    return product_.bias.empty() ? std::vector<std::string>{} : std::vector<std::string>{product_.bias};
  }

  bool gives_array_product() const override { return true; }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    outputs[0] = evaluation.arithmetic.product(evaluation.execution, evaluation.input());
    if (!product_.bias.empty()) outputs[0].rowwise() += evaluation.parameters.at(product_.bias).row(0);
  }
  std::vector<StoredValue> lower(ForwardPass& pass, const Execution& execution,
                                 const std::vector<StoredValue>& inputs) const override {
    return {pass.array_product(execution, inputs[0], output_shape())};
  }
  void lower_backward(BackwardPass& pass, const Execution& execution,
                      const std::vector<const StoredValue*>& gradients) const override {
    const StoredValue& x = pass.value(execution.inputs[0]);
    for (const StoredValue& term : pass.array_product_gradients(execution, x, input_shape(), *gradients[0]))
      pass.contribute(execution.inputs[0], term);
  }

 private:
  ArrayProduct product_;
};

}  // namespace

std::unique_ptr<Operation> read_linear(OperationSource& source) {
  source.expect_inputs(1);
  const Shape& input = source.input_shapes[0];
  ArrayProduct product;
  product.inputs = input.columns();
  product.vectors = input.rows();
  product.weight = source.reader.text("weight");
  const Shape weight = source.parameters.shape(product.weight, 2);
  if (weight.extent(1) != product.inputs || weight.extent(0) < 1 || weight.extent(0) > largest_extent)
    source.parameters.fail(product.weight, "expected [1.." + std::to_string(largest_extent) + ", " +
                                               std::to_string(product.inputs) + "] as the weight of " + source.name +
                                               ", got " + shown(weight));
  product.outputs = weight.extent(0);
  source.parameter("weight", weight);
  product.bias = source.parameter_or_null("bias", Shape{product.outputs});
  product.layer = source.version > 1 && source.reader.has("layer") ? source.reader.text("layer") : source.name;
  return std::make_unique<Linear>(source, std::move(product));
}

}  // namespace palimpsest
