#include "models/physics/write_verify.hpp"

#include <cmath>

#include "models/physics/units.hpp"

namespace palimpsest {

CellWrite write_cell(const CellConfig& cell, const WriteVerifyConfig& config, const CellTraits& traits, double start,
                     const CellTarget& target, RandomStream& stream) {
  CellWrite write;
  write.conductance = start;
  PulseAmplitudes amplitudes(config.pulse);
  const double pulse_s = config.pulse_ns * nano;
  while (true) {
    write.verified_conductance_microsiemens += write.conductance;
    const double read = write.conductance * (1.0 + cell.read_noise * stream.normal());
    if (std::abs(read - target.conductance) <= target.tolerance) {
      write.converged = true;
      return write;
    }
    if (write.pulses.size() == config.maximum_cycles) return write;
    const bool set = read < target.conductance;
    const double volt = amplitudes.next(set);
    write.pulse_energy_joule += volt * volt * write.conductance * micro * pulse_s;
    write.conductance = set ? after_set(cell, traits, write.conductance, volt, stream)
                            : after_reset(cell, traits, write.conductance, volt, stream);
    write.pulses.push_back({set, volt, write.conductance});
  }
}

}  // namespace palimpsest
