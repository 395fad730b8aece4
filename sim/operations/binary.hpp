#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sim/mapping/backward_pass.hpp"
#include "sim/mapping/broadcast_work.hpp"
#include "sim/mapping/forward_pass.hpp"
#include "sim/operations/broadcast.hpp"
#include "sim/operations/operation_source.hpp"

namespace palimpsest {

/// What an elementwise function of x has beside x: a second input, a parameter or a constant.
struct SecondOperand {
  Shape shape;            ///< of input or parameter
  std::string parameter;  ///< empty: none
  float constant = 0.0F;
  bool is_constant = false;
  Shape result;
};

/// Reads it, checking that it fits. Throws UserError (trace).
SecondOperand read_second_operand(OperationSource& source);

/// An elementwise function of two operands that broadcast as in numpy. `Function` has
/// - `static float value(float x, float y)`;
/// - `operations(other_is_stored)`, the elementary ones of an element of the result, of two values in the SRAM buffer
/// or
///   of one with what is there once, and `in_lanes(...)`, behind a product;
/// - `gradient_operations`, those of each gradient;
/// - `gradient_reads_other`: the gradient of an operand is that of the result times the other one, or it is as it is.
template <class Function>
class Binary : public Operation {
 public:
  Binary(OperationSource& source, const SecondOperand& other)
      : Operation(source),
        other_(other),
        x_index_(input_shape(), other.result),
        other_index_(other.is_constant ? Shape{1} : other.shape, other.result) {
    set_output_shapes({other.result});
  }

  std::vector<std::string> digital_parameters() const override {
    return other_.parameter.empty() ? std::vector<std::string>{} : std::vector<std::string>{other_.parameter};
  }

  std::optional<VectorOperations> elementwise() const override {
    const bool is_repeated = input_shape() != output_shape() || (!other_.is_constant && other_.shape != output_shape());
    if (is_repeated || !other_.parameter.empty()) return std::nullopt;
    return Function::in_lanes(input_shapes().size() == 2);
  }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    Tensor same;  // for all samples
    if (other_.is_constant) same = Tensor::Constant(1, 1, other_.constant);
    if (!other_.parameter.empty()) same = evaluation.parameters.at(other_.parameter);
    const bool is_input = input_shapes().size() == 2;
    const BroadcastOperand x{evaluation.input(), x_index_, input_shape().elements()};
    const BroadcastOperand other{is_input ? evaluation.input(1) : same, other_index_,
                                 is_input ? other_.shape.elements() : 0};
    outputs[0] = broadcast(x, other, output_shape(), static_cast<std::size_t>(evaluation.samples), Function::value);
  }

  std::vector<StoredValue> lower(ForwardPass& pass, const Execution& /*execution*/,
                                 const std::vector<StoredValue>& inputs) const override {
    std::vector<BroadcastInput> operands{{inputs[0], input_shape()}};
    if (inputs.size() == 2) operands.push_back({inputs[1], other_.shape});
    if (!other_.parameter.empty()) operands.push_back({pass.parameter(other_.parameter), other_.shape});
    const int bits = pass.builder().activation_bits();
    return {broadcast_work(pass.builder(), operands, output_shape(), bits, Function::operations(inputs.size() == 2))};
  }

  void lower_backward(BackwardPass& pass, const Execution& execution,
                      const std::vector<const StoredValue*>& gradients) const override {
    for (std::size_t input = 0; input < execution.inputs.size(); ++input) {
      if (!pass.needs(execution.inputs[input])) continue;
      pass.contribute(execution.inputs[input], input_gradient(pass, execution, input, *gradients[0]));
    }
    for (const ParameterGradient& rule : parameter_gradients())
      pass.add_parameter_gradient(execution, rule, *gradients[0]);
  }
  std::vector<ParameterGradient> parameter_gradients() const override {
    if (other_.parameter.empty()) return {};
    ParameterGradient rule{other_.parameter, {}, Function::gradient_operations * output_shape().elements()};
    std::vector<Shape> read;
    if (Function::gradient_reads_other) {
      rule.inputs_read = {0};
      read.push_back(input_shape());
    }
    read.push_back(output_shape());
    read.push_back(other_.shape);
    rule.bands = broadcast_bands(read, other_.shape);
    rule.bands->adds = false;  // what is there is read as it is
    return {rule};
  }

 private:
  /// The operand that is not input number `input`, if it is stored at all.
  std::optional<BroadcastInput> operand_beside(BackwardPass& pass, const Execution& execution,
                                               std::size_t input) const {
    if (other_.is_constant) return std::nullopt;
    if (!other_.parameter.empty()) return BroadcastInput{pass.parameter(other_.parameter), other_.shape};
    return BroadcastInput{pass.value(execution.inputs[1 - input]), input_shape(1 - input)};
  }

  StoredValue input_gradient(BackwardPass& pass, const Execution& execution, std::size_t input,
                             const StoredValue& gradient) const {
    ProgramBuilder& builder = pass.builder();
    const Shape& shape = input_shape(input);
    const bool is_summed = shape.elements() != output_shape().elements();
    if (!is_summed && !Function::gradient_reads_other) return builder.view(gradient, 0, shape, pass.gradient_bits());
    std::vector<BroadcastInput> read{{gradient, output_shape()}};
    if (Function::gradient_reads_other) {
      if (const auto other = operand_beside(pass, execution, input)) read.push_back(*other);
    }
    if (!is_summed) {
      const StoredValue product =
          broadcast_work(builder, read, output_shape(), pass.gradient_bits(), Function::gradient_operations);
      return builder.view(product, 0, shape, pass.gradient_bits());
    }
    // Multiplied and summed over the dimensions that the input was repeated along.
    std::vector<StoredValue> whole;
    std::vector<Shape> shapes;
    for (const BroadcastInput& one : read) {
      whole.push_back(one.value);
      shapes.push_back(one.shape);
    }
    return builder.at_once(whole, shape, pass.gradient_bits(),
                           Function::gradient_operations * output_shape().elements(), broadcast_bands(shapes, shape));
  }

  SecondOperand other_;
  BroadcastIndex x_index_;
  BroadcastIndex other_index_;
};

}  // namespace palimpsest
