#include "models/physics/crossbar.hpp"

#include <utility>

#include "models/physics/units.hpp"

namespace palimpsest {

Crossbar::Crossbar(const Eigen::MatrixXf& conductances, std::vector<SenseLine> lines, double read_noise)
    : read_noise_(static_cast<float>(read_noise)),
      lines_(std::move(lines)),
      difference_(conductances.rows(), static_cast<Eigen::Index>(lines_.size())),
      squared_(conductances.array().square()),
      row_sums_(conductances.rowwise().sum()) {
  Eigen::Index column = 0;
  for (const SenseLine& line : lines_) {
    difference_.col(column++) = conductances.col(line.plus) - conductances.col(line.minus);
  }
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

double Crossbar::read_energy_joule(const Eigen::MatrixXf& volts, const Eigen::MatrixXf& conducting,
                                   double read_s) const {
  const Eigen::VectorXd squared_volts =
      volts.cast<double>().cwiseProduct(conducting.cast<double>()).colwise().sum().transpose();
  return squared_volts.dot(row_sums_.cast<double>()) * micro * read_s;
}

}  // namespace palimpsest
