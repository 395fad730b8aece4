#include "models/physics/crossbar.hpp"

#include "models/physics/units.hpp"

namespace palimpsest {

Crossbar::Crossbar(const Eigen::MatrixXf& conductances, double read_noise)
    : read_noise_(static_cast<float>(read_noise)),
      difference_(conductances.leftCols(conductances.cols() - 1).colwise() - conductances.col(conductances.cols() - 1)),
      squared_(conductances.array().square()),
      row_sums_(conductances.rowwise().sum()) {}

Eigen::MatrixXf Crossbar::currents(const Eigen::MatrixXf& volts) const { return volts * difference_; }

void Crossbar::add_read_noise(const Eigen::MatrixXf& volts, RandomStream& stream,
                              Eigen::Ref<Eigen::MatrixXf> currents) const {
  if (read_noise_ == 0.0F) return;
  const Eigen::MatrixXf variance = volts.array().square().matrix() * squared_;
  const Eigen::MatrixXf noise =
      read_noise_ * variance.array().sqrt() * normal_matrix(stream, variance.rows(), variance.cols()).array();
  const Eigen::Index columns = difference_.cols();
  currents += noise.leftCols(columns).colwise() - noise.col(columns);
}

double Crossbar::read_energy_joule(const Eigen::MatrixXf& volts, double read_s) const {
  const Eigen::VectorXd squared_volts = volts.cast<double>().array().square().colwise().sum().matrix().transpose();
  return squared_volts.dot(row_sums_.cast<double>()) * micro * read_s;
}

}  // namespace palimpsest
