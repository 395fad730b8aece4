#include <algorithm>

#include "sim/mapping/backward_pass.hpp"
#include "sim/mapping/rearrangement.hpp"
#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

/// Values behind each other along one dimension.
class Concatenate : public Operation {
 public:
  Concatenate(OperationSource& source, std::uint32_t axis, const Shape& shape) : Operation(source), axis_(axis) {
    set_output_shapes({shape});
  }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    std::ptrdiff_t repetitions = evaluation.samples;
    for (std::size_t dimension = 0; dimension < axis_; ++dimension) repetitions *= output_shape().extent(dimension);
    outputs[0].resize(Eigen::Index{evaluation.samples} * output_shape().rows(), output_shape().columns());
    float* to = outputs[0].data();
    for (std::ptrdiff_t repetition = 0; repetition < repetitions; ++repetition) {
      for (const Tensor* input : evaluation.inputs) {
        const std::ptrdiff_t part = input->size() / repetitions;
        to = std::copy_n(input->data() + repetition * part, part, to);
      }
    }
  }
  bool gives_spikes(std::size_t /*output*/, bool reads_spikes) const override { return reads_spikes; }
  VectorWork work() const override {
    // Rows of the result come from an input each, unless all have parts of them.
    const bool in_each_row = axis_ + 1 == output_shape().dimensions();
    std::uint32_t channels = 1;
    for (std::size_t dimension = 0; dimension < axis_ && !in_each_row; ++dimension)
      channels *= output_shape().extent(dimension);
    Bands bands{channels, output_shape().rows() / channels, {}, in_rows(same_rows)};
    std::uint32_t begin = 0;
    for (const Shape& shape : input_shapes()) {
      const std::uint32_t end = begin + shape.rows() / channels;
      bands.read.push_back(in_rows(in_each_row ? RowsOfBand(same_rows) : rows_between(begin, end)));
      begin = end;
    }
    return {false, move_operations * output_shape().elements(), bands};
  }
  void lower_backward(BackwardPass& pass, const Execution& execution,
                      const std::vector<const StoredValue*>& gradients) const override {
    Slice part{axis_, 0, 0, 1};
    for (std::size_t input = 0; input < execution.inputs.size(); ++input) {
      part.begin = part.end;
      part.end += input_shape(input).extent(axis_);
      if (!pass.needs(execution.inputs[input])) continue;
      pass.contribute(execution.inputs[input],
                      sliced(pass.builder(), *gradients[0], output_shape(), part, pass.gradient_bits()));
    }
  }

 private:
  std::uint32_t axis_;
};

}  // namespace

std::unique_ptr<Operation> read_concatenate(OperationSource& source) {
  if (source.inputs.size() < 2)
    source.reader.fail("inputs", "expected 2 or more, got " + std::to_string(source.inputs.size()));
  const Shape& first = source.input_shapes[0];
  const auto axis = source.reader.integer<std::uint32_t>("axis", 0, static_cast<std::uint32_t>(first.dimensions()) - 1);
  std::vector<std::uint32_t> extents = first.extents();
  std::uint64_t together = 0;
  for (const Shape& shape : source.input_shapes) {
    std::vector<std::uint32_t> beside = shape.extents();
    if (beside.size() == extents.size()) beside[axis] = extents[axis];
    if (beside != extents)
      source.reader.fail("inputs", "expected values that differ along dimension " + std::to_string(axis) +
                                       " alone, got " + shown(first) + " and " + shown(shape));
    together += shape.extent(axis);
  }
  if (together > largest_extent)
    source.reader.fail("inputs", "expected at most " + std::to_string(largest_extent) + " along dimension " +
                                     std::to_string(axis) + ", got " + std::to_string(together));
  extents[axis] = static_cast<std::uint32_t>(together);
  return std::make_unique<Concatenate>(source, axis, Shape(extents));
}

}  // namespace palimpsest
