#include "sim/operations/loop_links.hpp"

#include "models/physics/clock.hpp"
#include "sim/mapping/backward_pass.hpp"
#include "sim/mapping/forward_pass.hpp"

namespace palimpsest {

namespace {

/// Part `number` of `whole` along the first dimension: the same bytes. Values have `bits` each.
StoredValue part_of(const StoredValue& whole, std::uint32_t number, const Shape& part, int bits) {
  const auto value_bytes = static_cast<std::uint32_t>(ceil_div(static_cast<std::uint64_t>(bits), 8));
  StoredValue view = whole;
  // A part of a value of one dimension is an element of its only row.
  const bool element = whole.placement.rows == 1 && part.elements() == 1;
  const std::uint64_t first_row = element ? 0 : std::uint64_t{number} * part.rows();
  view.placement.address +=
      first_row * whole.placement.row_stride + (element ? std::uint64_t{number} * value_bytes : 0);
  view.placement.rows = part.rows();
  view.placement.row_bytes = part.columns() * value_bytes;
  return view;
}

class Unstack : public Operation {
 public:
  Unstack(std::string name, std::uint32_t index, std::uint32_t value, const Shape& shape, std::uint32_t part,
          const Shape& part_shape)
      : Operation(std::move(name), index, {value}, {shape}) {
    set_output_shapes({part_shape});
    set_outputs({part});
  }

  bool keeps_grid() const override { return true; }
  bool is_view() const override { return true; }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    const Tensor& x = evaluation.input();
    const auto elements = static_cast<std::ptrdiff_t>(input_shape().elements());
    const auto part = static_cast<std::ptrdiff_t>(output_shape().elements());
    const std::ptrdiff_t samples = x.size() / elements;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      outputs[i].resize(samples * output_shape().rows(), output_shape().columns());
      for (std::ptrdiff_t sample = 0; sample < samples; ++sample) {
        const float* from = x.data() + sample * elements + static_cast<std::ptrdiff_t>(i) * part;
        std::copy(from, from + part, outputs[i].data() + sample * part);
      }
    }
  }
  std::vector<StoredValue> lower(ForwardPass& pass, const Execution& execution,
                                 const std::vector<StoredValue>& inputs) const override {
    std::vector<StoredValue> parts;
    for (std::uint32_t i = 0; i < execution.outputs.size(); ++i)
      parts.push_back(part_of(inputs[0], i, output_shape(), pass.builder().activation_bits()));
    return parts;
  }
  void lower_backward(BackwardPass& pass, const Execution& execution,
                      const std::vector<const StoredValue*>& gradients) const override {
    if (!pass.needs(execution.inputs[0])) return;
    std::vector<StoredValue> parts;
    for (const StoredValue* gradient : gradients) {
      if (gradient != nullptr) parts.push_back(*gradient);
    }
    pass.contribute(execution.inputs[0], pass.builder().at_once(parts, input_shape(), pass.gradient_bits(),
                                                                move_operations * input_shape().elements()));
  }
};

class Stack : public Operation {
 public:
  Stack(std::string name, std::uint32_t index, std::uint32_t part, const Shape& part_shape, std::uint32_t value,
        const Shape& shape)
      : Operation(std::move(name), index, {part}, {part_shape}) {
    set_output_shapes({shape});
    set_outputs({value});
  }

  bool keeps_grid() const override { return true; }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    const auto part = static_cast<std::ptrdiff_t>(input_shape().elements());
    const auto elements = static_cast<std::ptrdiff_t>(output_shape().elements());
    const std::ptrdiff_t samples = evaluation.input().size() / part;
    outputs[0].resize(samples * output_shape().rows(), output_shape().columns());
    for (std::size_t i = 0; i < evaluation.inputs.size(); ++i) {
      for (std::ptrdiff_t sample = 0; sample < samples; ++sample) {
        const float* from = evaluation.input(i).data() + sample * part;
        std::copy(from, from + part, outputs[0].data() + sample * elements + static_cast<std::ptrdiff_t>(i) * part);
      }
    }
  }
  VectorWork work() const override { return {false, move_operations * output_shape().elements()}; }
  void lower_backward(BackwardPass& pass, const Execution& execution,
                      const std::vector<const StoredValue*>& gradients) const override {
    for (std::uint32_t i = 0; i < execution.inputs.size(); ++i)
      pass.contribute(execution.inputs[i], part_of(*gradients[0], i, input_shape(), pass.gradient_bits()));
  }
};

class Zeros : public Operation {
 public:
  Zeros(std::string name, std::uint32_t index, std::uint32_t value, const Shape& shape)
      : Operation(std::move(name), index, {}, {}) {
    set_output_shapes({shape});
    set_outputs({value});
  }

  bool gives_spikes(std::size_t /*output*/, bool /*reads_spikes*/) const override { return true; }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    const auto samples = static_cast<Eigen::Index>(evaluation.samples);
    outputs[0] = Tensor::Zero(samples * output_shape().rows(), output_shape().columns());
  }
  VectorWork work() const override { return {false, move_operations * output_shape().elements()}; }
};

}  // namespace

std::unique_ptr<Operation> make_unstack(std::string name, std::uint32_t index, std::uint32_t value, const Shape& shape,
                                        std::uint32_t part, const Shape& part_shape) {
  return std::make_unique<Unstack>(std::move(name), index, value, shape, part, part_shape);
}

std::unique_ptr<Operation> make_stack(std::string name, std::uint32_t index, std::uint32_t part,
                                      const Shape& part_shape, std::uint32_t value, const Shape& shape) {
  return std::make_unique<Stack>(std::move(name), index, part, part_shape, value, shape);
}

std::unique_ptr<Operation> make_zeros(std::string name, std::uint32_t index, std::uint32_t value, const Shape& shape) {
  return std::make_unique<Zeros>(std::move(name), index, value, shape);
}

}  // namespace palimpsest
