#include "models/physics/write_verify.hpp"

#include <algorithm>
#include <cmath>

#include "models/physics/access_transistor.hpp"
#include "models/physics/units.hpp"

namespace palimpsest {

namespace {

/// A stuck cell, whose pulses make no step, stays where it is.
CellWrite write_exactly(const CellConfig& cell, const WriteVerifyConfig& config, const CellTraits& traits, double start,
                        const CellTarget& target) {
  const double ohm = cell.access_transistor_ohm;
  const double before = conductance_through(ohm, start);
  const double lowest = conductance_through(ohm, cell.limit_low_microsiemens);
  const double highest = conductance_through(ohm, cell.limit_high_microsiemens);
  const bool stuck = traits.set_factor == 0.0 && traits.reset_factor == 0.0;
  const double after = stuck ? before : std::clamp(target.conductance, lowest, highest);
  const bool set = before < target.conductance;
  const double volt = PulseAmplitudes(config.pulse).next(set);
  CellWrite write;
  write.conductance = conductance_behind(ohm, after);
  write.pulses.push_back({set, volt, after});
  write.pulse_energy_joule = volt * volt * before * micro * config.pulse_ns * nano;
  write.verified_conductance_microsiemens = before + after;
  write.converged = std::abs(after - target.conductance) <= target.tolerance;
  return write;
}

}  // namespace

CellWrite write_cell(const CellConfig& cell, const WriteVerifyConfig& config, const CellTraits& traits, double start,
                     const CellTarget& target, RandomStream& stream) {
  if (config.method == WriteMethod::exact) return write_exactly(cell, config, traits, start, target);
  CellWrite write;
  write.conductance = start;
  PulseAmplitudes amplitudes(config.pulse);
  const double ohm = cell.access_transistor_ohm;
  const double pulse_s = config.pulse_ns * nano;
  double seen = conductance_through(ohm, start);
  while (true) {
    write.verified_conductance_microsiemens += seen;
    const double read = seen * (1.0 + cell.read_noise * stream.normal());
    if (std::abs(read - target.conductance) <= target.tolerance) {
      write.converged = true;
      return write;
    }
    if (write.pulses.size() == config.maximum_cycles) return write;
    const bool set = read < target.conductance;
    const double volt = amplitudes.next(set);
    write.pulse_energy_joule += volt * volt * seen * micro * pulse_s;
    const double cell_volt = volt_behind(ohm, write.conductance, volt);
    write.conductance = set ? after_set(cell, traits, write.conductance, cell_volt, stream)
                            : after_reset(cell, traits, write.conductance, cell_volt, stream);
    seen = conductance_through(ohm, write.conductance);
    write.pulses.push_back({set, volt, seen});
  }
}

}  // namespace palimpsest
