#include "sim/run/write_totals.hpp"

#include "models/physics/energy.hpp"
#include "models/physics/saturating.hpp"
#include "models/physics/write_cycles.hpp"
#include "sim/error.hpp"
#include "sim/run/chip_work.hpp"

namespace palimpsest {

void WriteTotals::add(const Architecture& architecture, const ArrayWrite& write) {
  failed += write.failed_cells;
  pulse_charge_coulomb += write.pulse_charge_coulomb;
  verified_microsiemens += write.verified_microsiemens;
  const WriteRounds& rounds = write.rounds;
  cells += rounds.cells;
  add_cycles(WriteCycles(architecture.tile, architecture.clock).of(rounds));
  set_pulses += rounds.set_pulses;
  reset_pulses += rounds.reset_pulses;
  verify_reads += rounds.verify_reads();
  forming_pulses += rounds.forming_pulses;
  write_word_lines += rounds.pulse_phases();
  verify_word_lines += rounds.read_phases();
}

void WriteTotals::add(const WriteTotals& other) {
  cells += other.cells;
  failed += other.failed;
  set_pulses += other.set_pulses;
  reset_pulses += other.reset_pulses;
  verify_reads += other.verify_reads;
  add_cycles(other.cycles);
  forming_pulses += other.forming_pulses;
  write_word_lines += other.write_word_lines;
  verify_word_lines += other.verify_word_lines;
  pulse_charge_coulomb += other.pulse_charge_coulomb;
  verified_microsiemens += other.verified_microsiemens;
}

void WriteTotals::add_cycles(std::uint64_t count) {
  cycles = saturating_sum(cycles, count);
  if (cycles == uncountable)
    throw UserError(ExitCode::usage_or_architecture, "/clock_period_ps: writing takes more cycles than can be counted");
}

double write_energy_joule(const Architecture& architecture, const WriteTotals& totals) {
  ArrayWrite write;
  write.pulse_charge_coulomb = totals.pulse_charge_coulomb;
  write.verified_microsiemens = totals.verified_microsiemens;
  ActionCounts counts;
  counts.rm_set_pulses = totals.set_pulses;
  counts.rm_reset_pulses = totals.reset_pulses;
  counts.rm_verify_reads = totals.verify_reads;
  counts.rm_forming_pulses = totals.forming_pulses;
  counts.rm_write_word_lines = totals.write_word_lines;
  counts.rm_verify_word_lines = totals.verify_word_lines;
  const EnergyParameters parameters = energy_parameters(architecture, 0, architecture.lora_unit.bits);
  const ComponentEnergy energy =
      component_energy(architecture.energy, parameters, counts, write_work(architecture, {write}).analogue, 0.0);
  return energy[static_cast<std::size_t>(Component::rm_write)] + energy[static_cast<std::size_t>(Component::rm_verify)];
}

}  // namespace palimpsest
