#include "models/physics/sensing.hpp"

#include <cmath>
#include <limits>

#include "models/physics/tile_config.hpp"
#include "models/physics/units.hpp"

namespace palimpsest {

namespace {

constexpr double boltzmann = 1.380649e-23;  // J/K
constexpr double kelvin = 300.0;
constexpr double kt = boltzmann * kelvin;

double square(double value) { return value * value; }

double bandwidth_of(const TiaConfig& tia) {
  return tia.bandwidth_hz ? *tia.bandwidth_hz : std::numeric_limits<double>::infinity();
}

double amplifier_noise_of(const TiaConfig& tia) { return square(tia.input_noise_nanovolt_per_root_hz * nano); }

/// Share of its final value that a single pole reaches from rest.
double settled_share(double bandwidth_hz, double ns) { return -std::expm1(-2.0 * M_PI * bandwidth_hz * ns * nano); }

}  // namespace

Transimpedance::Transimpedance(const TileConfig& tile)
    : read_ns_(tile.crossbar.read_ns),
      gain_ohm_(tile.tia.gain_ohm),
      bandwidth_hz_(bandwidth_of(tile.tia)),
      amplifier_noise_(amplifier_noise_of(tile.tia)) {}

double Transimpedance::volt_per_microampere() const {
  return gain_ohm_ * micro * settled_share(bandwidth_hz_, read_ns_);
}

double Transimpedance::noise_variance(double microsiemens) const {
  const double siemens = microsiemens * micro;
  const double density = 4.0 * kt * gain_ohm_ + 4.0 * kt * siemens * square(gain_ohm_) +
                         amplifier_noise_ * square(1.0 + siemens * gain_ohm_);
  return density * M_PI / 2.0 * bandwidth_hz_;
}

Integrator::Integrator(const TileConfig& tile)
    : read_ns_(tile.crossbar.read_ns),
      transfer_ns_(tile.sensing.transfer_ns),
      farad_(tile.sensing.capacitance_picofarad * pico),
      bandwidth_hz_(bandwidth_of(tile.tia)),
      amplifier_noise_(amplifier_noise_of(tile.tia)) {}

double Integrator::volt_per_microampere() const {
  return micro * read_ns_ * nano / farad_ * settled_share(bandwidth_hz_, transfer_ns_);
}

double Integrator::noise_variance(double microsiemens) const {
  const double siemens = microsiemens * micro;
  const double current_density = 2.0 * kt * siemens + amplifier_noise_ * square(siemens) / 2.0;
  return kt / farad_ + current_density * read_ns_ * nano / square(farad_) +
         amplifier_noise_ * M_PI / 2.0 * bandwidth_hz_;
}

std::unique_ptr<const Sensing> sensing_of(const TileConfig& tile) {
  if (tile.sensing.kind == SensingKind::integrator) return std::make_unique<Integrator>(tile);
  return std::make_unique<Transimpedance>(tile);
}

double noise_volt(const TileConfig& tile, const Sensing& sensing, double microsiemens) {
  return tile.tia.noise_volt ? *tile.tia.noise_volt : std::sqrt(sensing.noise_variance(microsiemens));
}

}  // namespace palimpsest
