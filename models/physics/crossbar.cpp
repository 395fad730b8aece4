#include "models/physics/crossbar.hpp"

#include <utility>

#include "models/physics/units.hpp"

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

double Crossbar::read_energy_joule(const Eigen::MatrixXf& volts, const Eigen::MatrixXf& conducting,
                                   double read_s) const {
  double microwatt = 0.0;
  if (driver_.cols() == driver_.rows()) {
    microwatt = (conducting * driver_).cast<double>().cwiseProduct(volts.cast<double>()).sum();
  } else {
    const Eigen::VectorXd squared_volts =
        volts.cast<double>().cwiseProduct(conducting.cast<double>()).colwise().sum().transpose();
    microwatt = squared_volts.dot(driver_.col(0).cast<double>());
  }
  return microwatt * micro * read_s;
}

}  // namespace palimpsest
