#include "models/physics/line_volts.hpp"

namespace palimpsest {

namespace {

RowMatrixXf padded(const Eigen::MatrixXf& volts) {
  const auto stride = static_cast<Eigen::Index>(padded_to_lines(static_cast<std::size_t>(volts.cols())));
  RowMatrixXf rows = RowMatrixXf::Zero(volts.rows(), stride);
  rows.leftCols(volts.cols()) = volts;
  return rows;
}

}  // namespace

LineVolts::LineVolts(const Eigen::MatrixXf& volts, const Eigen::MatrixXf& conducting, bool squares)
    : volts_(padded(volts)) {
  if (conducting.size() > 0) conducting_ = padded(conducting);
  const Eigen::MatrixXf& followed = conducting.size() > 0 ? conducting : volts;
  if (squares) squares_ = padded(followed.array().square());
  magnitudes_ = followed.cast<double>().cwiseAbs().colwise().sum();
  products_ = followed.cast<double>().cwiseProduct(volts.cast<double>()).colwise().sum();
}

}  // namespace palimpsest
