#include "models/physics/panel_matrix.hpp"

namespace palimpsest {

PanelMatrix::PanelMatrix(const Eigen::MatrixXd& matrix)
    : rows_(static_cast<std::size_t>(matrix.rows())),
      columns_(static_cast<std::size_t>(matrix.cols())),
      numbers_(rows_ * padded_to_lines(columns_)) {
  for (std::size_t first = 0; first < stride(); first += panel_columns) {
    const std::size_t width = panel_width(first);
    float* number = numbers_.data() + first * rows_;
    for (std::size_t row = 0; row < rows_; ++row) {
      for (std::size_t column = first; column < first + width; ++column) {
        const bool there = column < columns_;
        *number++ = there
                        ? static_cast<float>(matrix(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(column)))
                        : 0.0F;
      }
    }
  }
}

}  // namespace palimpsest
