#include "models/physics/array_write.hpp"

namespace palimpsest {

ArrayWrite array_write(const WriteVerifyConfig& config, const CellWrites& writes, const CellGroups& groups) {
  ArrayWrite sum;
  for (const WrittenCell& cell : writes.cells) {
    sum.failed_cells += cell.converged ? 0 : 1;
    sum.pulse_energy_joule += cell.energy_joule;
    sum.pulse_charge_coulomb += cell.charge_coulomb;
    sum.verified_microsiemens += cell.verified_microsiemens;
  }
  sum.rounds = rounds_of(config.pulse, writes, groups);
  if (sum.rounds.forming_pulses > 0) {
    const double coulomb = static_cast<double>(sum.rounds.forming_pulses) * forming_coulomb(*config.forming);
    sum.pulse_charge_coulomb += coulomb;
    sum.pulse_energy_joule += config.forming->volt * coulomb;
  }
  return sum;
}

}  // namespace palimpsest
