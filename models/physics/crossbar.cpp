#include "models/physics/crossbar.hpp"

#include <utility>

namespace palimpsest {

Crossbar::Crossbar(const Eigen::MatrixXf& conductances, std::vector<SenseLine> lines, double read_noise,
                   const WireConfig& wires, IrDropModel ir_drop)
    : read_noise_(static_cast<float>(read_noise)),
      lines_(std::move(lines)),
      difference_(conductances.rows(), static_cast<Eigen::Index>(lines_.size())) {
  const ArrayConductances array = effective_conductances(conductances.cast<double>(), wires, ir_drop);
  Eigen::Index column = 0;
  for (const SenseLine& line : lines_) {
    difference_.col(column++) = (array.effective.col(line.plus) - array.effective.col(line.minus)).cast<float>();
  }
  effective_ = array.effective.cast<float>();
  squared_ = array.effective.array().square().cast<float>();
  driver_ = array.driver.cast<float>();
}

Eigen::MatrixXf Crossbar::currents(const Eigen::MatrixXf& volts) const { return volts * difference_; }

void Crossbar::add_read_noise(const Eigen::MatrixXf& volts, RandomStream& stream,
                              Eigen::Ref<Eigen::MatrixXf> currents) const {
  if (!is_noisy()) return;
  const Eigen::MatrixXf variance = volts.array().square().matrix() * squared_;
  const Eigen::MatrixXf noise =
      read_noise_ * variance.array().sqrt() * normal_matrix(stream, variance.rows(), variance.cols()).array();
  Eigen::Index column = 0;
  for (const SenseLine& line : lines_) currents.col(column++) += noise.col(line.plus) - noise.col(line.minus);
}

ReadPower Crossbar::read_power(const Eigen::MatrixXf& volts, const Eigen::MatrixXf& conducting) const {
  const Eigen::MatrixXd rows = driver_.cols() == driver_.rows()
                                   ? (conducting * driver_).cast<double>().eval()
                                   : (conducting * driver_.col(0).asDiagonal()).cast<double>().eval();
  const double columns = (conducting * effective_).cast<double>().cwiseAbs().sum();
  return {(rows.cwiseAbs().sum() + columns) / 2.0, rows.cwiseProduct(volts.cast<double>()).sum()};
}

Eigen::RowVectorXd Crossbar::line_conductances() const {
  const Eigen::RowVectorXd columns = effective_.cast<double>().colwise().sum();
  Eigen::RowVectorXd sums(static_cast<Eigen::Index>(lines_.size()));
  Eigen::Index index = 0;
  for (const SenseLine& line : lines_) sums(index++) = columns(line.plus) + columns(line.minus);
  return sums;
}

}  // namespace palimpsest
