#include "models/physics/gate_controlled.hpp"

#include <algorithm>
#include <cmath>

namespace palimpsest {

double set_level(const GateControlledConfig& config, double factor, double gate_volt, RandomStream& stream) {
  const double mean = factor * config.slope_microsiemens_per_volt * (gate_volt - config.threshold_volt);
  return std::max(mean + config.landing_noise_microsiemens * stream.normal(), 0.0);
}

double reset_level(const GateControlledConfig& config, RandomStream& stream) {
  return config.reset_microsiemens * std::exp(config.reset_spread * stream.normal());
}

double gate_volt_of_level(const GateControlledConfig& config, double microsiemens) {
  return config.threshold_volt + microsiemens / config.slope_microsiemens_per_volt;
}

}  // namespace palimpsest
