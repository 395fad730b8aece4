#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace palimpsest {

/// Row-major, as kernels in vector lanes write: the outputs of a vector one behind the other.
using RowMatrixXf = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A line of the cache.
struct alignas(64) FloatLine {
  std::array<float, 16> numbers;
};

/// `count` or the next multiple of a line's numbers.
inline std::size_t padded_to_lines(std::size_t count) { return (count + 15) / 16 * 16; }

/// Numbers, at first zero, that begin on a line of the cache and end on one.
class FloatLines {
 public:
  FloatLines() = default;
  explicit FloatLines(std::size_t count) : lines_(padded_to_lines(count) / 16) {}

  /// Room for `count` numbers of any value, as scratch that is used again.
  float* room(std::size_t count) {
    if (16 * lines_.size() < count) *this = FloatLines(count);
    return data();
  }
  float* data() { return lines_.empty() ? nullptr : lines_.front().numbers.data(); }
  const float* data() const { return lines_.empty() ? nullptr : lines_.front().numbers.data(); }

 private:
  std::vector<FloatLine> lines_;
};

/// The second factor of products, [rows, columns], in panels of 64 columns: each lies row by row in memory, so that it
/// stays in the first cache while vectors pass. Columns of zeros fill the last line.
class PanelMatrix {
 public:
  static constexpr std::size_t panel_columns = 64;

  PanelMatrix() = default;
  explicit PanelMatrix(const Eigen::MatrixXd& matrix);

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  std::size_t stride() const { return padded_to_lines(columns_); }  ///< columns with those of zeros
  bool empty() const { return columns_ == 0; }

  /// The panel that begins at `first_column`, a multiple of panel_columns.
  const float* panel(std::size_t first_column) const { return numbers_.data() + first_column * rows_; }
  std::size_t panel_width(std::size_t first_column) const { return std::min(panel_columns, stride() - first_column); }

  float operator()(std::size_t row, std::size_t column) const {
    const std::size_t first = column / panel_columns * panel_columns;
    return panel(first)[row * panel_width(first) + column - first];
  }

 private:
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  FloatLines numbers_;
};

}  // namespace palimpsest
