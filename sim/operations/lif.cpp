#include "sim/mapping/backward_pass.hpp"
#include "sim/mapping/forward_pass.hpp"
#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

constexpr VectorOperations leak_operations{0, 1, 0, 0};     // leak * membrane + current
constexpr VectorOperations compare_operations{1, 0, 0, 0};  // with the threshold; the difference's sign is the spike
constexpr VectorOperations select_operations{0, 0, 0, 1};   // zero or the membrane as it is
constexpr VectorOperations subtract_operations{1, 0, 0, 0};
// The surrogate of the step's derivative, a function of the distance to the threshold, by table and interpolation.
constexpr VectorOperations surrogate_operations{0, 1, 1, 0};
constexpr VectorOperations product_operations{0, 1, 0, 0};  // surrogate times gradient, plus the membrane's

/// A leaky integrate-and-fire neuron's step: u = leak * membrane + current, spikes = u > threshold, and the membrane is
/// reset where it spiked. Backward, the derivative of a spike is replaced by a smooth surrogate (Neftci, Mostafa and
/// Zenke, IEEE Signal Processing Magazine 2019), and the reset is taken as a constant.
class Lif : public Operation {
 public:
  explicit Lif(OperationSource& source)
      : Operation(source),
        leak_(static_cast<float>(source.reader.number("leak", 0.0, 1.0))),
        threshold_(static_cast<float>(source.reader.number("threshold", -1e6, 1e6))),
        subtracts_(source.reader.choice<bool>("reset", {{"zero", false}, {"subtract", true}})) {
    if (input_shape(0) != input_shape(1))
      source.reader.fail("inputs", "expected a current and a membrane of one shape, got " + shown(input_shape(0)) +
                                       " and " + shown(input_shape(1)));
    set_output_shapes({input_shape(), input_shape()});
  }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    const Tensor u = leak_ * evaluation.input(1) + evaluation.input(0);
    outputs[0] = (u.array() > threshold_).cast<float>();
    if (subtracts_) {
      outputs[1] = u - threshold_ * outputs[0];
    } else {
      outputs[1] = u.array() * (1.0F - outputs[0].array());
    }
  }

  bool gives_spikes(std::size_t output, bool /*reads_spikes*/) const override { return output == 0; }
  std::optional<VectorOperations> elementwise() const override {
    return leak_operations + compare_operations + (subtracts_ ? subtract_operations : select_operations);
  }
  std::vector<StoredValue> lower(ForwardPass& pass, const Execution& /*execution*/,
                                 const std::vector<StoredValue>& inputs) const override {
    ProgramBuilder& builder = pass.builder();
    return builder.rows_to_several(inputs, 2, input_shape(), builder.activation_bits(),
                                   *elementwise() * input_shape().columns());
  }

  void lower_backward(BackwardPass& pass, const Execution& execution,
                      const std::vector<const StoredValue*>& gradients) const override {
    const StoredValue* of_spikes = gradients[0];
    const StoredValue* of_membrane = gradients[1];
    const bool recomputes = of_spikes != nullptr || !subtracts_;  // whether u is needed again
    std::vector<StoredValue> read;
    VectorOperations operations;
    if (recomputes) {
      read = {pass.value(execution.inputs[0]), pass.value(execution.inputs[1])};
      operations = leak_operations + compare_operations;
    }
    if (of_spikes != nullptr) {
      read.push_back(*of_spikes);
      operations = operations + surrogate_operations + product_operations;
    }
    if (of_membrane != nullptr) {
      read.push_back(*of_membrane);
      if (!subtracts_) operations = operations + select_operations;
    }
    contribute(pass, execution, read, operations);
  }

 private:
  /// The gradient of u is that of the current, and times the leak that of the membrane.
  void contribute(BackwardPass& pass, const Execution& execution, const std::vector<StoredValue>& read,
                  const VectorOperations& operations) const {
    const bool needs_current = pass.needs(execution.inputs[0]);
    const bool needs_membrane = pass.needs(execution.inputs[1]);
    if (operations.total() == 0) {  // the gradient of the membrane as it is
      pass.contribute(execution.inputs[0], read.front());
      if (needs_membrane)
        pass.contribute(execution.inputs[1], pass.builder().row_by_row(read, {}, input_shape(), pass.gradient_bits(),
                                                                       leak_operations * input_shape().columns()));
      return;
    }
    const VectorOperations all = needs_membrane ? operations + leak_operations : operations;
    const std::vector<StoredValue> results =
        pass.builder().rows_to_several(read, (needs_current ? 1 : 0) + (needs_membrane ? 1 : 0), input_shape(),
                                       pass.gradient_bits(), all * input_shape().columns());
    if (needs_current) pass.contribute(execution.inputs[0], results.front());
    if (needs_membrane) pass.contribute(execution.inputs[1], results.back());
  }

  float leak_;
  float threshold_;
  bool subtracts_;
};

}  // namespace

std::unique_ptr<Operation> read_lif(OperationSource& source) {
  source.expect_inputs(2);
  return std::make_unique<Lif>(source);
}

}  // namespace palimpsest
