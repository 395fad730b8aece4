#include <algorithm>

#include "sim/operations/kinds.hpp"
#include "sim/operations/windows.hpp"

namespace palimpsest {

namespace {

constexpr VectorOperations bilinear_operations{0, 4, 0, 0};  // each of four neighbours times its weight

/// Between which elements along one dimension an element of the result lies, and how far towards the second.
struct Neighbours {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  float share = 0.0F;  ///< of the second
};

/// Elements of the larger image along a dimension whose `factor` times as many elements lie evenly between the edges of
/// the smaller one's (align_corners of PyTorch: False).
std::vector<Neighbours> bilinear_neighbours(std::uint32_t extent, std::uint32_t factor) {
  std::vector<Neighbours> all;
  for (std::uint32_t i = 0; i < extent * factor; ++i) {
    const float place = std::max((static_cast<float>(i) + 0.5F) / static_cast<float>(factor) - 0.5F, 0.0F);
    const auto first = std::min(static_cast<std::uint32_t>(place), extent - 1);
    all.push_back({first, std::min(first + 1, extent - 1), place - static_cast<float>(first)});
  }
  return all;
}

std::vector<Neighbours> nearest_neighbours(std::uint32_t extent, std::uint32_t factor) {
  std::vector<Neighbours> all;
  for (std::uint32_t i = 0; i < extent * factor; ++i) all.push_back({i / factor, i / factor, 0.0F});
  return all;
}

/// An image [channels, height, width] with a whole number of times as many rows and columns.
class Upsample : public Operation {
 public:
  Upsample(OperationSource& source, const Windows::Pair& factor, bool is_bilinear)
      : Operation(source), is_bilinear_(is_bilinear) {
    const auto neighbours = is_bilinear ? bilinear_neighbours : nearest_neighbours;
    rows_ = neighbours(input_shape().extent(1), factor[0]);
    columns_ = neighbours(input_shape().extent(2), factor[1]);
    set_output_shapes({Shape{input_shape().extent(0), static_cast<std::uint32_t>(rows_.size()),
                             static_cast<std::uint32_t>(columns_.size())}});
  }

  bool keeps_grid() const override { return !is_bilinear_; }

  void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const override {
    const Tensor& x = evaluation.input();
    const auto height = static_cast<Eigen::Index>(input_shape().extent(1));
    const Eigen::Index channels = x.rows() / height;  // of all samples
    outputs[0].resize(channels * static_cast<Eigen::Index>(rows_.size()), static_cast<Eigen::Index>(columns_.size()));
    float* next = outputs[0].data();
    for (Eigen::Index channel = 0; channel < channels; ++channel) {
      for (const Neighbours& row : rows_) {
        const float* upper = x.data() + (channel * height + row.first) * x.cols();
        const float* lower = x.data() + (channel * height + row.second) * x.cols();
        for (const Neighbours& column : columns_)
          *next++ = between(between(upper[column.first], upper[column.second], column.share),
                            between(lower[column.first], lower[column.second], column.share), row.share);
      }
    }
  }
  VectorWork work() const override {
    const RowsOfBand between = [rows = rows_](std::uint32_t first, std::uint32_t count) {
      return Rows{rows[first].first, rows[first + count - 1].second + 1 - rows[first].first};
    };
    return {false, (is_bilinear_ ? bilinear_operations : move_operations) * output_shape().elements(),
            Bands{input_shape().extent(0), output_shape().extent(1), {in_rows(between)}, in_rows(same_rows)}};
  }
  /// The gradient of each element is added to those that it was made of.
  std::vector<InputGradient> input_gradients() const override {
    const RowsOfBand made = [rows = rows_](std::uint32_t first, std::uint32_t count) {
      const auto begin =
          std::partition_point(rows.begin(), rows.end(), [&](const Neighbours& row) { return row.second < first; });
      const auto end =
          std::partition_point(begin, rows.end(), [&](const Neighbours& row) { return row.first < first + count; });
      return Rows{static_cast<std::uint32_t>(begin - rows.begin()), static_cast<std::uint32_t>(end - begin)};
    };
    const VectorWork work{false, (is_bilinear_ ? bilinear_operations : add_operations) * output_shape().elements(),
                          Bands{input_shape().extent(0), input_shape().extent(1), {in_rows(made)}, in_rows(same_rows)}};
    return {{0, {}, false, {}, work}};
  }

 private:
  static float between(float first, float second, float share) { return (1.0F - share) * first + share * second; }

  bool is_bilinear_;
  std::vector<Neighbours> rows_;  ///< by row of the result
  std::vector<Neighbours> columns_;
};

}  // namespace

std::unique_ptr<Operation> read_upsample(OperationSource& source) {
  expect_image(source);
  const Windows::Pair factor = read_pair(source, "factor", 1);
  const Shape& input = source.input_shapes[0];
  for (std::size_t dimension = 0; dimension < 2; ++dimension) {
    if (std::uint64_t{factor[dimension]} * input.extent(dimension + 1) > largest_extent)
      source.reader.fail("factor", "expected at most " + std::to_string(largest_extent) + " rows and columns of " +
                                       shown(input) + ", got a factor of " + std::to_string(factor[dimension]));
  }
  const bool is_bilinear = source.reader.choice<bool>("mode", {{"nearest", false}, {"bilinear", true}});
  return std::make_unique<Upsample>(source, factor, is_bilinear);
}

}  // namespace palimpsest
