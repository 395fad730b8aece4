#pragma once

#include <Eigen/Core>

#include "models/physics/panel_matrix.hpp"

namespace palimpsest {

/// The voltages of an array's lines in one pass, volt, laid out for products with arrays. Tiles that are driven alike
/// share them.
class LineVolts {
 public:
  /// `volts` [vectors, rows]. `conducting` of the same shape are the voltages that the currents follow, where a cell's
  /// current is not linear in its voltage; else none. `squares` says whether theirs will be asked for.
  LineVolts(const Eigen::MatrixXf& volts, const Eigen::MatrixXf& conducting, bool squares);
  LineVolts(const Eigen::MatrixXf& volts) : LineVolts(volts, {}, true) {}  // NOLINT: these are voltages of lines

  Eigen::Index vectors() const { return volts_.rows(); }
  /// Rows, and zeros behind them: numbers from one vector to the next.
  std::size_t stride() const { return static_cast<std::size_t>(volts_.cols()); }

  const float* volts(Eigen::Index vector) const { return volts_.row(vector).data(); }
  const float* conducting(Eigen::Index vector) const {
    return (conducting_.size() > 0 ? conducting_ : volts_).row(vector).data();
  }
  const float* squares(Eigen::Index vector) const { return squares_.row(vector).data(); }  ///< of `conducting`

  /// Sums over the vectors of |conducting| and of volts times conducting, by row.
  const Eigen::VectorXd& magnitudes() const { return magnitudes_; }
  const Eigen::VectorXd& products() const { return products_; }

 private:
  RowMatrixXf volts_;
  RowMatrixXf conducting_;  ///< empty: as `volts_`
  RowMatrixXf squares_;
  Eigen::VectorXd magnitudes_;
  Eigen::VectorXd products_;
};

}  // namespace palimpsest
