#include "models/physics/cell.hpp"

#include <algorithm>
#include <cmath>

namespace palimpsest {

CellTraits draw_traits(const CellConfig& config, RandomStream& stream) {
  if (config.update == CellUpdate::gate_controlled)
    return {std::exp(config.gate_controlled.device_to_device * stream.normal()), 1.0};
  const double spread = config.soft_bound.device_to_device;
  return {std::exp(spread * stream.normal()), std::exp(spread * stream.normal())};
}

double conducting_volt(double volt, double nonlinearity_volt, double verify_volt) {
  // sinh(x) / sinh(y) without the overflow of either. What is cut lies beyond every amplifier's range.
  constexpr double largest_exponent = 50.0;
  const double magnitude = std::abs(volt);
  const double exponent = std::min((magnitude - verify_volt) / nonlinearity_volt, largest_exponent);
  const double ratio = std::exp(exponent) * std::expm1(-2.0 * magnitude / nonlinearity_volt) /
                       std::expm1(-2.0 * verify_volt / nonlinearity_volt);
  return std::copysign(verify_volt * ratio, volt);
}

namespace {

double clamped(const CellConfig& config, double conductance) {
  return std::clamp(conductance, config.limit_low_microsiemens, config.limit_high_microsiemens);
}

double amplitude_factor(const CellConfig& config, double volt, double nominal_volt) {
  return std::exp((volt - nominal_volt) / config.soft_bound.volts_per_e_fold);
}

double range(const CellConfig& config) { return config.limit_high_microsiemens - config.limit_low_microsiemens; }

}  // namespace

double after_set(const CellConfig& config, const CellTraits& traits, double conductance, double volt,
                 RandomStream& stream) {
  const double step = config.soft_bound.set_step_microsiemens *
                      amplitude_factor(config, volt, config.soft_bound.set_nominal_volt) * traits.set_factor *
                      (1.0 + config.soft_bound.cycle_to_cycle * stream.normal());
  return clamped(config, conductance + step * (config.limit_high_microsiemens - conductance) / range(config));
}

double after_reset(const CellConfig& config, const CellTraits& traits, double conductance, double volt,
                   RandomStream& stream) {
  const double step = config.soft_bound.reset_step_microsiemens *
                      amplitude_factor(config, volt, config.soft_bound.reset_nominal_volt) * traits.reset_factor *
                      (1.0 + config.soft_bound.cycle_to_cycle * stream.normal());
  return clamped(config, conductance - step * (conductance - config.limit_low_microsiemens) / range(config));
}

}  // namespace palimpsest
