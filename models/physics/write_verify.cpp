#include "models/physics/write_verify.hpp"

#include <algorithm>
#include <cmath>

#include "models/physics/units.hpp"

namespace palimpsest {

double forming_coulomb(const FormingConfig& forming) {
  return forming.current_microampere * micro * forming.pulse_ns * nano;
}

double wanted_verify_reads(const CellConfig& cell, const WriteVerifyConfig& config, const CellTarget& target) {
  const double deviation = config.verify_deviations * cell.read_noise * target.conductance;
  if (deviation == 0.0) return 1.0;
  const double ratio = deviation / target.tolerance;
  return std::max(std::ceil(ratio * ratio), 1.0);
}

}  // namespace palimpsest
