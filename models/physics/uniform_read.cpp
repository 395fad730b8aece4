#include "models/physics/uniform_read.hpp"

#include <cmath>

#include "models/physics/input_encoding.hpp"

namespace palimpsest {

ReadPower uniform_read_power(const Eigen::MatrixXf& conductances, bool pairs, InputEncoding inputs, int bits,
                             double full_scale_volt) {
  const Eigen::MatrixXd cells = conductances.cast<double>();
  const double driven = full_scale_volt * cells.sum() * (inputs == InputEncoding::bit_serial ? bits / 2.0 : 1.0 / 2.0);
  ReadPower power;
  power.dissipated_microwatt = full_scale_volt * full_scale_volt * cells.sum() * mean_square_of_passes(inputs, bits);
  if (inputs != InputEncoding::bipolar) {
    power.supply_microampere = driven;
    return power;
  }
  Eigen::MatrixXd together = cells;
  if (pairs) {
    together.resize(cells.rows(), cells.cols() / 2);
    for (Eigen::Index pair = 0; pair < together.cols(); ++pair)
      together.col(pair) = cells.col(2 * pair) - cells.col(2 * pair + 1);
  }
  const double sensed = full_scale_volt * std::sqrt(2.0 / M_PI / 3.0) * together.rowwise().norm().sum();
  power.supply_microampere = (driven + sensed) / 2.0;
  return power;
}

}  // namespace palimpsest
