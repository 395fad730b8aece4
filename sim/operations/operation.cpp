#include "sim/operations/operation.hpp"

#include "sim/mapping/backward_pass.hpp"
#include "sim/mapping/forward_pass.hpp"
#include "sim/operations/operation_source.hpp"

namespace palimpsest {

Operation::Operation(OperationSource& source)
    : name_(source.name), index_(source.index), inputs_(source.inputs), input_shapes_(source.input_shapes) {}

std::vector<StoredValue> Operation::lower(ForwardPass& pass, const Execution& /*execution*/,
                                          const std::vector<StoredValue>& inputs) const {
  return {pass.vector_work(work(), inputs, digital_parameters(), output_shape())};
}

void Operation::lower_backward(BackwardPass& pass, const Execution& execution,
                               const std::vector<const StoredValue*>& gradients) const {
  for (const InputGradient& rule : input_gradients()) pass.add_input_gradient(execution, rule, *gradients[0]);
  for (const ParameterGradient& rule : parameter_gradients())
    pass.add_parameter_gradient(execution, rule, *gradients[0]);
}

}  // namespace palimpsest
