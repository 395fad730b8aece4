#include "sim/run/write_totals.hpp"

#include "models/physics/energy.hpp"
#include "models/physics/write_cycles.hpp"
#include "models/physics/write_group_builder.hpp"
#include "sim/run/chip_work.hpp"

namespace palimpsest {

void WriteTotals::add(const Architecture& architecture, const CellWrite& write) {
  ++cells;
  failed += write.converged ? 0 : 1;
  WriteGroupBuilder alone;
  alone.add(write);
  const WriteGroup group = alone.group();
  cycles += write_group_cycles(architecture.tile, group, architecture.clock);
  for (const WriteRound& round : group.rounds) {
    set_pulses += round.set_pulses;
    reset_pulses += round.reset_pulses;
    verify_reads += round.verify_reads;
  }
  pulse_energy_joule += write.pulse_energy_joule;
  verified_microsiemens += write.verified_conductance_microsiemens;
}

void WriteTotals::add(const Architecture& architecture, const ArrayWrite& write) {
  failed += write.failed_cells;
  pulse_energy_joule += write.pulse_energy_joule;
  verified_microsiemens += write.verified_microsiemens;
  for (const WriteGroup& group : write.groups) {
    cells += group.cells;
    cycles += write_group_cycles(architecture.tile, group, architecture.clock);
    for (const WriteRound& round : group.rounds) {
      set_pulses += round.set_pulses;
      reset_pulses += round.reset_pulses;
      verify_reads += round.verify_reads;
    }
  }
}

void WriteTotals::add(const WriteTotals& other) {
  cells += other.cells;
  failed += other.failed;
  set_pulses += other.set_pulses;
  reset_pulses += other.reset_pulses;
  verify_reads += other.verify_reads;
  cycles += other.cycles;
  pulse_energy_joule += other.pulse_energy_joule;
  verified_microsiemens += other.verified_microsiemens;
}

double write_energy_joule(const Architecture& architecture, const WriteTotals& totals) {
  ArrayWrite write;
  write.pulse_energy_joule = totals.pulse_energy_joule;
  write.verified_microsiemens = totals.verified_microsiemens;
  ActionCounts counts;
  counts.rm_set_pulses = totals.set_pulses;
  counts.rm_reset_pulses = totals.reset_pulses;
  counts.rm_verify_reads = totals.verify_reads;
  const EnergyParameters parameters{architecture.tile, 0, architecture.sram, architecture.lora_unit.bits,
                                    architecture.clock.seconds(1)};
  const ComponentEnergy energy =
      component_energy(architecture.energy, parameters, counts, write_work(architecture, {write}).analogue, 0.0);
  return energy[static_cast<std::size_t>(Component::rm_write)] + energy[static_cast<std::size_t>(Component::rm_verify)];
}

}  // namespace palimpsest
