#include <algorithm>

#include "sim/mapping/backward_pass.hpp"
#include "sim/mapping/forward_pass.hpp"
#include "sim/mapping/rearrangement.hpp"
#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

/// A part along one dimension.
class SliceOperation : public Operation {
 public:
  SliceOperation(OperationSource& source, const Slice& slice) : Operation(source), slice_(slice) {
    set_output_shapes({sliced_shape(input_shape(), slice)});
  }

  bool keeps_grid() const override { return true; }
  bool is_view() const override { return true; }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    const Tensor& x = evaluation.input();
    std::ptrdiff_t inner = 1;
    for (std::size_t dimension = slice_.axis + 1; dimension < input_shape().dimensions(); ++dimension)
      inner *= input_shape().extent(dimension);
    const std::ptrdiff_t outer = inner * input_shape().extent(slice_.axis);
    outputs[0].resize(Eigen::Index{evaluation.samples} * output_shape().rows(), output_shape().columns());
    float* to = outputs[0].data();
    for (const float* part = x.data(); part != x.data() + x.size(); part += outer) {
      for (std::uint32_t i = slice_.begin; i < slice_.end; i += slice_.step)
        to = std::copy_n(part + i * inner, inner, to);
    }
  }
  std::vector<StoredValue> lower(ForwardPass& pass, const Execution& /*execution*/,
                                 const std::vector<StoredValue>& inputs) const override {
    return {sliced(pass.builder(), inputs[0], input_shape(), slice_, pass.builder().activation_bits())};
  }
  void lower_backward(BackwardPass& pass, const Execution& execution,
                      const std::vector<const StoredValue*>& gradients) const override {
    if (!pass.needs(execution.inputs[0])) return;
    if (output_shape() == input_shape()) {
      pass.contribute(execution.inputs[0], *gradients[0]);
      return;
    }
    // What is left out gets zeros.
    const VectorOperations moves = move_operations * input_shape().elements();
    pass.contribute(execution.inputs[0], pass.builder().at_once({*gradients[0]}, input_shape(), pass.gradient_bits(),
                                                                moves, unslice_bands(input_shape(), slice_)));
  }

 private:
  Slice slice_;
};

}  // namespace

std::unique_ptr<Operation> read_slice(OperationSource& source) {
  source.expect_inputs(1);
  const Shape& shape = source.input_shapes[0];
  Slice slice;
  slice.axis = source.reader.integer<std::uint32_t>("axis", 0, static_cast<std::uint32_t>(shape.dimensions()) - 1);
  slice.begin = source.reader.integer<std::uint32_t>("begin", 0, shape.extent(slice.axis) - 1);
  slice.end = source.reader.integer<std::uint32_t>("end", slice.begin + 1, shape.extent(slice.axis));
  slice.step = source.reader.integer<std::uint32_t>("step", 1, largest_extent);
  return std::make_unique<SliceOperation>(source, slice);
}

}  // namespace palimpsest
