#include <algorithm>
#include <optional>

#include "sim/mapping/forward_pass.hpp"
#include "sim/operations/kinds.hpp"

namespace palimpsest {

namespace {

/// The dimensions in another order: output dimension i is input dimension order[i].
class Permute : public Operation {
 public:
  Permute(OperationSource& source, std::vector<std::uint32_t> order) : Operation(source), order_(std::move(order)) {
    std::vector<std::uint32_t> extents;
    for (const std::uint32_t dimension : order_) extents.push_back(input_shape().extent(dimension));
    set_output_shapes({Shape(extents)});
    // How far one step along each output dimension goes in the input.
    std::vector<std::size_t> strides(order_.size(), 1);
    for (std::size_t dimension = order_.size(); dimension-- > 1;)
      strides[dimension - 1] = strides[dimension] * input_shape().extent(dimension);
    for (const std::uint32_t dimension : order_) strides_.push_back(strides[dimension]);
  }

  bool keeps_grid() const override { return true; }
  bool transposes() const override { return order_ == std::vector<std::uint32_t>{1, 0}; }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    const Tensor& x = evaluation.input();
    const auto elements = static_cast<std::ptrdiff_t>(input_shape().elements());
    const std::ptrdiff_t samples = x.size() / elements;
    outputs[0].resize(samples * output_shape().rows(), output_shape().columns());
    float* next = outputs[0].data();
    for (std::ptrdiff_t sample = 0; sample < samples; ++sample) next = copy(x.data() + sample * elements, 0, next);
  }
  VectorWork work() const override {
    return {false, move_operations * input_shape().elements(), bands(order_, input_shape(), output_shape())};
  }
  std::vector<StoredValue> lower(ForwardPass& pass, const Execution& execution,
                                 const std::vector<StoredValue>& inputs) const override {
    if (!pass.reads_by_columns(execution)) return Operation::lower(pass, execution, inputs);
    StoredValue columns = inputs[0];
    columns.by_columns = true;
    return {columns};
  }
  std::vector<InputGradient> input_gradients() const override {
    std::vector<std::uint32_t> back(order_.size());
    for (std::uint32_t dimension = 0; dimension < order_.size(); ++dimension) back[order_[dimension]] = dimension;
    return {{0, {}, false, {}, VectorWork{false, work().operations, bands(back, output_shape(), input_shape())}}};
  }

 private:
  /// Channels are the places along the first dimension that is more than one: in rows before, and behind in rows too,
  /// in columns, or in places, those of the dimensions that come before it as they came behind it. Where the last one
  /// comes first those along it are channels, from columns to rows. None where dimensions change places otherwise.
  static std::optional<Bands> bands(const std::vector<std::uint32_t>& order, const Shape& from, const Shape& to) {
    const auto last = static_cast<std::uint32_t>(order.size() - 1);
    std::uint32_t first = 0;
    while (first < last && from.extent(first) == 1) ++first;
    if (first == last) return std::nullopt;
    const std::uint32_t channels = from.extent(first);
    const std::uint32_t rows = from.rows() / channels;
    const BandPart all_before = in_rows(all_rows(rows));
    if (order[0] == last && order[last] != first)
      return Bands{to.extent(0), 1, {in_columns(all_rows(from.rows()))}, in_rows(all_rows(to.rows() / to.extent(0)))};
    const auto place = static_cast<std::uint32_t>(std::find(order.begin(), order.end(), first) - order.begin());
    std::uint32_t places = 1;
    std::uint32_t next = 0;
    for (std::uint32_t behind = first; next < place; ++next) {
      if (to.extent(next) == 1) continue;
      if (order[next] != ++behind || behind == last) break;
      places *= to.extent(next);
    }
    const BandPart read = in_rows(rows_of_places(rows / places));
    if (place == last) return Bands{channels, places, {read}, in_columns(rows_of_places(to.rows() / places))};
    if (next < place) return std::nullopt;
    if (places == 1) return Bands{channels, 1, {all_before}, in_rows(all_rows(to.rows() / channels))};
    return Bands{channels, places, {read}, in_places(to.rows() / (places * channels))};
  }

  /// Copies what lies along output dimensions `dimension` and beyond from `from` to `to`; returns the end.
  float* copy(const float* from, std::size_t dimension, float* to) const {
    if (dimension == strides_.size()) {
      *to = *from;
      return to + 1;
    }
    for (std::uint32_t i = 0; i < output_shape().extent(dimension); ++i)
      to = copy(from + i * strides_[dimension], dimension + 1, to);
    return to;
  }

  std::vector<std::uint32_t> order_;
  std::vector<std::size_t> strides_;  ///< by output dimension, elements of the input
};

std::vector<std::uint32_t> read_order(const OperationSource& source) {
  if (source.version == 1) return {1, 0};  // the kind `transpose`
  const auto dimensions = source.input_shapes[0].dimensions();
  std::vector<std::uint32_t> order = source.extents("order", dimensions, 0, static_cast<std::int64_t>(dimensions) - 1);
  std::vector<bool> seen(dimensions, false);
  for (const std::uint32_t dimension : order) {
    if (seen[dimension])
      source.reader.fail("order", "expected each dimension once, got " + std::to_string(dimension) + " again");
    seen[dimension] = true;
  }
  return order;
}

}  // namespace

std::unique_ptr<Operation> read_permute(OperationSource& source) {
  source.expect_inputs(1);
  return std::make_unique<Permute>(source, read_order(source));
}

}  // namespace palimpsest
