#include <optional>

#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

constexpr VectorOperations product_operations{0, 1, 0, 0};

/// Which dimensions of `shape` the mean is over, and whether they stay with an extent of 1.
struct Axes {
  std::vector<bool> averaged;  ///< by dimension
  bool keep = true;
};

Axes read_axes(const OperationSource& source) {
  const std::size_t dimensions = source.input_shapes[0].dimensions();
  Axes axes{std::vector<bool>(dimensions, false), true};
  if (source.version == 1) {
    axes.averaged[0] = true;
    return axes;
  }
  const std::vector<std::int64_t> read = source.reader.integers("axes", 0, static_cast<std::int64_t>(dimensions) - 1);
  if (read.empty()) source.reader.fail("axes", "expected at least one");
  std::int64_t last = -1;
  for (const std::int64_t axis : read) {
    if (axis <= last)
      source.reader.fail("axes", "expected dimensions in ascending order, got " + std::to_string(axis) + " after " +
                                     std::to_string(last));
    axes.averaged[static_cast<std::size_t>(axis)] = true;
    last = axis;
  }
  axes.keep = source.reader.truth("keep");
  return axes;
}

/// The mean over some dimensions.
class Mean : public Operation {
 public:
  Mean(OperationSource& source, const Axes& axes) : Operation(source) {
    std::vector<std::uint32_t> extents;
    for (std::size_t dimension = 0; dimension < axes.averaged.size(); ++dimension) {
      if (!axes.averaged[dimension]) extents.push_back(input_shape().extent(dimension));
      if (axes.averaged[dimension] && axes.keep) extents.push_back(1);
    }
    if (extents.empty()) extents.push_back(1);
    set_output_shapes({Shape(extents)});
    find_places(axes.averaged);
    find_channels(axes.averaged);
  }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    const Tensor& x = evaluation.input();
    const auto elements = static_cast<std::ptrdiff_t>(input_shape().elements());
    const auto averages = static_cast<std::ptrdiff_t>(output_shape().elements());
    const std::ptrdiff_t samples = x.size() / elements;
    outputs[0] = Tensor::Zero(samples * output_shape().rows(), output_shape().columns());
    for (std::ptrdiff_t sample = 0; sample < samples; ++sample) {
      float* sums = outputs[0].data() + sample * averages;
      for (std::ptrdiff_t element = 0; element < elements; ++element)
        sums[places_[static_cast<std::size_t>(element)]] += x.data()[sample * elements + element];
    }
    const std::ptrdiff_t averaged = elements / averages;
    outputs[0] /= static_cast<float>(averaged);
  }
  VectorWork work() const override {
    Bands bands{channels_, input_shape().rows() / blocks_, {in_input(same_rows)}, of_output_};
    bands.adds = true;
    return {false, add_operations * input_shape().elements() + divisions(), bands};
  }
  std::vector<InputGradient> input_gradients() const override {
    const VectorOperations operations = move_operations * input_shape().elements() + divisions();
    const Bands bands{channels_, input_shape().rows() / blocks_, {of_output_}, in_input(same_rows)};
    return {{0, {}, false, {}, VectorWork{false, operations, bands}}};
  }

 private:
  BandPart in_input(RowsOfBand rows) const { return {channels_of_input_, std::move(rows), 1}; }
  /// Columns that are not averaged over, else the places along the first dimension, if that is not; else one of all.
  void find_channels(const std::vector<bool>& averaged) {
    if (!averaged.back()) {
      channels_ = input_shape().columns();
      channels_of_input_ = Channels::in_columns;
      of_output_ = in_columns(all_rows(output_shape().rows()));
    } else if (!averaged.front()) {
      channels_ = blocks_ = input_shape().extent(0);
      of_output_ = output_shape().dimensions() == 1 ? in_columns(all_rows(1))
                                                    : in_rows(all_rows(output_shape().rows() / channels_));
    } else {
      of_output_ = in_rows(all_rows(output_shape().rows()));
    }
  }
  /// A product of each mean with the reciprocal of the number of elements; a power of two shifts.
  VectorOperations divisions() const {
    const std::uint64_t averaged = input_shape().elements() / output_shape().elements();
    if ((averaged & (averaged - 1)) == 0) return {};
    return product_operations * output_shape().elements();
  }
  void find_places(const std::vector<bool>& averaged) {
    // How far a step along each dimension of the input goes in the output.
    std::vector<std::uint32_t> strides(averaged.size(), 0);
    std::uint32_t stride = 1;
    for (std::size_t dimension = averaged.size(); dimension-- > 0;) {
      if (averaged[dimension]) continue;
      strides[dimension] = stride;
      stride *= input_shape().extent(dimension);
    }
    places_.resize(input_shape().elements());
    for (std::size_t element = 0; element < places_.size(); ++element) {
      std::size_t rest = element;
      for (std::size_t dimension = averaged.size(); dimension-- > 0;) {
        places_[element] += static_cast<std::uint32_t>(rest % input_shape().extent(dimension)) * strides[dimension];
        rest /= input_shape().extent(dimension);
      }
    }
  }

  std::uint32_t channels_ = 1;  ///< means of different ones do not meet; bands of rows of one add to the same
  std::uint32_t blocks_ = 1;    ///< of rows of the input, one for each channel, that bands go along
  Channels channels_of_input_ = Channels::in_rows;
  BandPart of_output_;
  std::vector<std::uint32_t> places_;  ///< by element of the input: of the output that it counts for
};

}  // namespace

std::unique_ptr<Operation> read_mean(OperationSource& source) {
  source.expect_inputs(1);
  return std::make_unique<Mean>(source, read_axes(source));
}

}  // namespace palimpsest
