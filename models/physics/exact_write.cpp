#include "models/physics/exact_write.hpp"

#include <algorithm>
#include <cmath>

#include "models/physics/access_transistor.hpp"
#include "models/physics/units.hpp"

namespace palimpsest {

namespace {

/// Current of a pulse that takes a cell from `before` to `after` (microsiemens, its own) without chance, ampere.
double exact_pulse_ampere(const CellConfig& cell, double before, double after, bool set, double volt) {
  const double ohm = cell.access_transistor_ohm;
  if (!set || cell.update != CellUpdate::gate_controlled) return volt * conductance_through(ohm, before) * micro;
  return std::min(cell.gate_controlled.compliance_volt * after, volt * conductance_through(ohm, after)) * micro;
}

}  // namespace

void write_exactly(const CellConfig& cell, const WriteVerifyConfig& config, const CellBatch& batch, bool with_pulses,
                   CellWrites& writes) {
  const double ohm = cell.access_transistor_ohm;
  const double lowest = conductance_through(ohm, cell.limit_low_microsiemens);
  const double highest = conductance_through(ohm, cell.limit_high_microsiemens);
  writes.cells.reserve(batch.size());
  for (std::size_t place = 0; place < batch.size(); ++place) {
    const double start{batch.conductances[place]};
    const double target{batch.targets[place]};
    const double before = conductance_through(ohm, start);
    const double after = is_stuck(batch.traits[place]) ? before : std::clamp(target, lowest, highest);
    const double own = conductance_behind(ohm, after);
    const bool set = before < target;
    const PulseVoltages voltages = voltages_of(config.pulse, set, 0);
    WrittenCell written;
    written.conductance = static_cast<float>(own);
    written.converged = std::abs(after - target) <= double{batch.tolerances[place]};
    written.pulses = 1;
    written.charge_coulomb = exact_pulse_ampere(cell, start, own, set, voltages.volt) * config.pulse_ns * nano;
    written.energy_joule = voltages.volt * written.charge_coulomb;
    written.verified_microsiemens = before + after;
    written.first_direction = writes.directions.size();
    writes.cells.push_back(written);
    writes.directions.push_back(set ? 1U : 0U);
    if (with_pulses) writes.pulses.push_back({{set, voltages.volt, after, voltages.gate_volt}});
  }
}

}  // namespace palimpsest
