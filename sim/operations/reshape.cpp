#include "sim/mapping/backward_pass.hpp"
#include "sim/mapping/forward_pass.hpp"
#include "sim/mapping/rearrangement.hpp"
#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

/// The same elements, in C order, with other extents.
class Reshape : public Operation {
 public:
  Reshape(OperationSource& source, const Shape& shape) : Operation(source) { set_output_shapes({shape}); }

  bool keeps_grid() const override { return true; }
  bool is_view() const override { return true; }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    const Tensor& x = evaluation.input();
    const Eigen::Index columns = output_shape().columns();
    outputs[0] = Eigen::Map<const Tensor>(x.data(), x.size() / columns, columns);
  }
  std::vector<StoredValue> lower(ForwardPass& pass, const Execution& /*execution*/,
                                 const std::vector<StoredValue>& inputs) const override {
    const int bits = pass.builder().activation_bits();
    return {reshaped(pass.builder(), inputs[0], input_shape(), output_shape(), bits)};
  }
  void lower_backward(BackwardPass& pass, const Execution& execution,
                      const std::vector<const StoredValue*>& gradients) const override {
    if (!pass.needs(execution.inputs[0])) return;
    pass.contribute(execution.inputs[0],
                    reshaped(pass.builder(), *gradients[0], output_shape(), input_shape(), pass.gradient_bits()));
  }
};

Shape read_shape(const OperationSource& source) {
  const std::vector<std::int64_t> extents = source.reader.integers("shape", 1, largest_extent);
  if (extents.empty() || extents.size() > most_dimensions)
    source.reader.fail("shape", "expected 1.." + std::to_string(most_dimensions) + " dimensions, got " +
                                    std::to_string(extents.size()));
  Shape shape(std::vector<std::uint32_t>(extents.begin(), extents.end()));
  const std::uint64_t elements = source.input_shapes[0].elements();
  std::uint64_t named = 1;
  for (const std::int64_t extent : extents) {
    named *= static_cast<std::uint64_t>(extent);
    if (named > elements) break;
  }
  if (named != elements)
    source.reader.fail("shape", "expected the " + std::to_string(elements) + " elements of " +
                                    shown(source.input_shapes[0]) + ", got " + shown(shape));
  return shape;
}

}  // namespace

std::unique_ptr<Operation> read_reshape(OperationSource& source) {
  source.expect_inputs(1);
  return std::make_unique<Reshape>(source, read_shape(source));
}

}  // namespace palimpsest
