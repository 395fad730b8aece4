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
  write.pulse_charge_coulomb = exact_pulse_ampere(cell, start, write.conductance, set, volt) * config.pulse_ns * nano;
  write.pulse_energy_joule = volt * write.pulse_charge_coulomb;
  write.verify_reads = {1, 1};
  write.verified_conductance_microsiemens = before + after;
  write.converged = std::abs(after - target.conductance) <= target.tolerance;
  return write;
}

// A circuit that wants more is too fast or too coarse for the tolerance; its cells are then written badly, as real ones
// would be.
constexpr double most_circuit_reads = 64.0;

/// Mean of the reads that a verify took, microsiemens.
struct VerifyResult {
  double mean = 0.0;
  std::uint32_t reads = 1;
};

/// Reads of which the mean has `deviations` standard deviations within the tolerance, each read having `deviation`.
double reads_for(double deviations, double deviation, double tolerance) {
  if (deviations == 0.0 || deviation == 0.0) return 1.0;
  const double ratio = deviations * deviation / tolerance;
  return std::max(std::ceil(ratio * ratio), 1.0);
}

/// As many as the noise of the cell wants, or more for that of the circuit, within bounds.
double averaged_reads(const CellConfig& cell, const WriteVerifyConfig& config, const CellTarget& target) {
  const double both = std::hypot(cell.read_noise * target.conductance, config.verify_circuit_noise_microsiemens);
  const double for_both = reads_for(config.verify_deviations, both, target.tolerance);
  return std::min(std::max(wanted_verify_reads(cell, config, target), std::min(for_both, most_circuit_reads)),
                  static_cast<double>(most_verify_reads));
}

class Verify {
 public:
  Verify(const CellConfig& cell, const WriteVerifyConfig& config, const CellTarget& target)
      : noise_(cell.read_noise),
        target_(target.conductance),
        tolerance_(target.tolerance),
        circuit_noise_(config.verify_circuit_noise_microsiemens),
        deviations_of_read_(config.verify_deviations * read_deviation(target.conductance)),
        plainly_off_(target.tolerance + deviations_of_read_),
        further_reads_(static_cast<std::uint32_t>(averaged_reads(cell, config, target)) - 1) {}

  VerifyResult read(double seen, RandomStream& stream) const {
    const double first = seen + read_deviation(seen) * stream.normal();
    if (further_reads_ == 0 || std::abs(first - target_) > plainly_off_) return {first, 1};
    // The mean of independent normal reads is normal.
    return with_more({first, 1}, further_reads_, seen, stream);
  }

  /// Whether a cell that was written before, of which `result` was read, is left alone; adds the reads that tells it.
  bool holds(VerifyResult& result, double seen, RandomStream& stream) const {
    if (off(result) <= tolerance_ || deviations_of_read_ == 0.0) return off(result) <= tolerance_;
    if (off(result) > plainly_off_) return false;
    // As many reads as tell a quarter of the tolerance.
    const double wanted = std::ceil(std::pow(4.0 * deviations_of_read_ / tolerance_, 2.0));
    const double more = std::clamp(wanted - result.reads, 1.0, static_cast<double>(most_verify_reads));
    result = with_more(result, static_cast<std::uint32_t>(more), seen, stream);
    return off(result) <= tolerance_ + deviations_of_read_ / std::sqrt(static_cast<double>(result.reads));
  }

 private:
  double off(const VerifyResult& result) const { return std::abs(result.mean - target_); }

  VerifyResult with_more(const VerifyResult& result, std::uint32_t more, double seen, RandomStream& stream) const {
    const double others = seen + read_deviation(seen) / std::sqrt(static_cast<double>(more)) * stream.normal();
    const std::uint32_t reads = result.reads + more;
    return {(result.reads * result.mean + more * others) / reads, reads};
  }

  double read_deviation(double seen) const { return std::hypot(noise_ * seen, circuit_noise_); }

  double noise_;
  double target_;
  double tolerance_;
  double circuit_noise_;
  double deviations_of_read_;  ///< as many as the architecture asks for
  double plainly_off_;
  std::uint32_t further_reads_;
};

}  // namespace

double forming_coulomb(const FormingConfig& forming) {
  return forming.current_microampere * micro * forming.pulse_ns * nano;
}

double wanted_verify_reads(const CellConfig& cell, const WriteVerifyConfig& config, const CellTarget& target) {
  return reads_for(config.verify_deviations, cell.read_noise * target.conductance, target.tolerance);
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
    VerifyResult result = verify.read(seen, stream);
    const bool first_of_rewrite = target.rewritten && write.pulses.empty();
    const bool accepted = first_of_rewrite ? verify.holds(result, seen, stream)
                                           : std::abs(result.mean - target.conductance) <= target.tolerance;
    write.verify_reads.push_back(result.reads);
    write.verified_conductance_microsiemens += result.reads * seen;
    if (accepted) {
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
