#include "models/physics/write_verify.hpp"

#include <algorithm>
#include <cmath>

#include "models/physics/access_transistor.hpp"
#include "models/physics/units.hpp"
#include "models/physics/write_pulse.hpp"

namespace palimpsest {

namespace {

/// A stuck cell, whose pulses make no step, stays where it is.
CellWrite write_exactly(const CellConfig& cell, const WriteVerifyConfig& config, const CellTraits& traits, double start,
                        const CellTarget& target) {
  const double ohm = cell.access_transistor_ohm;
  const double before = conductance_through(ohm, start);
  const double lowest = conductance_through(ohm, cell.limit_low_microsiemens);
  const double highest = conductance_through(ohm, cell.limit_high_microsiemens);
  const double after = is_stuck(traits) ? before : std::clamp(target.conductance, lowest, highest);
  const bool set = before < target.conductance;
  const PulseVoltages voltages = PulseAmplitudes(config.pulse).next(set);
  const double volt = voltages.volt;
  CellWrite write;
  write.conductance = conductance_behind(ohm, after);
  write.pulses.push_back({set, volt, after, voltages.gate_volt});
  write.pulse_energy_joule = volt * volt * before * micro * config.pulse_ns * nano;
  write.pulse_charge_coulomb = volt * before * micro * config.pulse_ns * nano;
  write.verify_reads = {1, 1};
  write.verified_conductance_microsiemens = before + after;
  write.converged = std::abs(after - target.conductance) <= target.tolerance;
  return write;
}

/// Mean of the reads that a verify took, microsiemens.
struct VerifyResult {
  double mean = 0.0;
  std::uint32_t reads = 1;
};

class Verify {
 public:
  Verify(const CellConfig& cell, const WriteVerifyConfig& config, const CellTarget& target)
      : noise_(cell.read_noise),
        target_(target.conductance),
        plainly_off_(target.tolerance + config.verify_deviations * cell.read_noise * target.conductance),
        further_reads_(static_cast<std::uint32_t>(std::min(wanted_verify_reads(cell, config, target),
                                                           static_cast<double>(most_verify_reads))) -
                       1) {}

  VerifyResult read(double seen, RandomStream& stream) const {
    const double first = seen * (1.0 + noise_ * stream.normal());
    if (further_reads_ == 0 || std::abs(first - target_) > plainly_off_) return {first, 1};
    // The mean of independent normal reads is normal.
    const double others = seen * (1.0 + noise_ / std::sqrt(static_cast<double>(further_reads_)) * stream.normal());
    return {(first + further_reads_ * others) / (further_reads_ + 1.0), further_reads_ + 1};
  }

 private:
  double noise_;
  double target_;
  double plainly_off_;
  std::uint32_t further_reads_;
};

}  // namespace

double wanted_verify_reads(const CellConfig& cell, const WriteVerifyConfig& config, const CellTarget& target) {
  if (config.verify_deviations == 0.0 || cell.read_noise == 0.0) return 1.0;
  const double ratio = config.verify_deviations * cell.read_noise * target.conductance / target.tolerance;
  return std::max(std::ceil(ratio * ratio), 1.0);
}

double forming_coulomb(const FormingConfig& forming) {
  return forming.current_microampere * micro * forming.pulse_ns * nano;
}

CellWrite write_cell(const CellConfig& cell, const WriteVerifyConfig& config, const CellTraits& traits, double start,
                     const CellTarget& target, RandomStream& stream) {
  if (config.method == WriteMethod::exact) return write_exactly(cell, config, traits, start, target);
  CellWrite write;
  write.conductance = start;
  PulseAmplitudes amplitudes(config.pulse);
  const Verify verify(cell, config, target);
  while (true) {
    const double seen = conductance_through(cell.access_transistor_ohm, write.conductance);
    const VerifyResult result = verify.read(seen, stream);
    write.verify_reads.push_back(result.reads);
    write.verified_conductance_microsiemens += result.reads * seen;
    if (std::abs(result.mean - target.conductance) <= target.tolerance) {
      write.converged = true;
      return write;
    }
    if (write.pulses.size() == config.maximum_cycles) return write;
    const bool set = result.mean < target.conductance;
    const PulseVoltages voltages = amplitudes.next(set);
    const PulseEffect effect = apply_pulse(cell, traits, write.conductance, set, voltages, stream);
    const double coulomb = effect.ampere * config.pulse_ns * nano;
    write.pulse_energy_joule += voltages.volt * coulomb;
    write.pulse_charge_coulomb += coulomb;
    write.conductance = effect.conductance;
    write.pulses.push_back(
        {set, voltages.volt, conductance_through(cell.access_transistor_ohm, effect.conductance), voltages.gate_volt});
  }
}

}  // namespace palimpsest
