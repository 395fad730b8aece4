#include "sim/run/chip_work.hpp"

#include <cmath>
#include <string>

#include "models/physics/saturating.hpp"
#include "models/physics/units.hpp"
#include "sim/error.hpp"

namespace palimpsest {

namespace {

constexpr std::uint64_t ActionCounts::*all_counts[] = {
    &ActionCounts::dac_updates,
    &ActionCounts::spike_updates,
    &ActionCounts::zero_checks,
    &ActionCounts::word_line_switches,
    &ActionCounts::tia_samples,
    &ActionCounts::adc_conversions,
    &ActionCounts::shift_adds,
    &ActionCounts::sram_read_words,
    &ActionCounts::sram_write_words,
    &ActionCounts::sram_busy_cycles,
    &ActionCounts::interconnect_words,
    &ActionCounts::group_wire_bits,
    &ActionCounts::lora_macs,
    &ActionCounts::lora_register_bits,
    &ActionCounts::vector_adds,
    &ActionCounts::vector_macs,
    &ActionCounts::vector_lookups,
    &ActionCounts::vector_moves,
    &ActionCounts::host_words,
    &ActionCounts::off_chip_loaded_words,
    &ActionCounts::off_chip_stored_words,
    &ActionCounts::rm_cells,
    &ActionCounts::rm_set_pulses,
    &ActionCounts::rm_reset_pulses,
    &ActionCounts::rm_verify_reads,
    &ActionCounts::rm_forming_pulses,
    &ActionCounts::rm_write_word_lines,
    &ActionCounts::rm_verify_word_lines,
};
static_assert(sizeof(all_counts) / sizeof(all_counts[0]) * sizeof(std::uint64_t) == sizeof(ActionCounts));

void add_count(std::uint64_t& sum, std::uint64_t count) {
  sum = saturating_sum(sum, count);
  if (sum == uncountable)
    throw UserError(ExitCode::trace, "training: its runs take more cycles or actions than can be counted");
}

}  // namespace

std::uint64_t counted(std::uint64_t count, std::uint64_t repetitions) {
  const std::uint64_t product = saturating_product(count, repetitions);
  if (product > most_counted) {
    throw UserError(ExitCode::trace, "training: " + std::to_string(repetitions) + " steps of " + std::to_string(count) +
                                         " cycles or actions are more than can be counted");
  }
  return product;
}

ChipWork& operator+=(ChipWork& sum, const ChipWork& addend) {
  add_count(sum.cycles, addend.cycles);
  add_count(sum.memory_wait_cycles, addend.memory_wait_cycles);
  for (const auto count : all_counts) add_count(sum.counts.*count, addend.counts.*count);
  sum.analogue.crossbar_read += addend.analogue.crossbar_read;
  sum.analogue.write_pulses += addend.analogue.write_pulses;
  sum.analogue.verify_reads += addend.analogue.verify_reads;
  sum.dissipated.crossbar += addend.dissipated.crossbar;
  sum.dissipated.rm_write += addend.dissipated.rm_write;
  sum.dissipated.rm_verify += addend.dissipated.rm_verify;
  sum.failed_cells += addend.failed_cells;
  sum.clipped_weights += addend.clipped_weights;
  return sum;
}

void leave_out_undriven_lines(const Activity& activity, double times, ActionCounts& counts) {
  const auto repeated = [times](std::uint64_t lines) {
    return static_cast<std::uint64_t>(std::llround(times * static_cast<double>(lines)));
  };
  const std::uint64_t codes = repeated(activity.undriven_codes);
  const std::uint64_t spikes = repeated(activity.undriven_spikes);
  counts.dac_updates -= codes;
  counts.spike_updates -= spikes;
  counts.word_line_switches -= codes + spikes;
}

ChipWork beyond(const ChipWork& whole, const ChipWork& part) {
  ChipWork rest = whole;
  rest.cycles -= part.cycles;
  rest.memory_wait_cycles -= part.memory_wait_cycles;
  for (const auto count : all_counts) rest.counts.*count -= part.counts.*count;
  rest.analogue.crossbar_read -= part.analogue.crossbar_read;
  rest.analogue.write_pulses -= part.analogue.write_pulses;
  rest.analogue.verify_reads -= part.analogue.verify_reads;
  rest.dissipated.crossbar -= part.dissipated.crossbar;
  rest.dissipated.rm_write -= part.dissipated.rm_write;
  rest.dissipated.rm_verify -= part.dissipated.rm_verify;
  rest.failed_cells -= part.failed_cells;
  rest.clipped_weights -= part.clipped_weights;
  return rest;
}

ChipWork times(const ChipWork& work, std::uint64_t repetitions) {
  ChipWork product = work;
  product.cycles = counted(work.cycles, repetitions);
  product.memory_wait_cycles = counted(work.memory_wait_cycles, repetitions);
  for (const auto count : all_counts) product.counts.*count = counted(work.counts.*count, repetitions);
  const auto factor = static_cast<double>(repetitions);
  product.analogue.crossbar_read *= factor;
  product.analogue.write_pulses *= factor;
  product.analogue.verify_reads *= factor;
  product.dissipated.crossbar *= factor;
  product.dissipated.rm_write *= factor;
  product.dissipated.rm_verify *= factor;
  product.failed_cells *= repetitions;
  product.clipped_weights *= repetitions;
  return product;
}

EnergyParameters energy_parameters(const Architecture& architecture, std::uint64_t tiles, int mac_bits) {
  EnergyParameters parameters;
  parameters.tile = architecture.tile;
  parameters.tiles = tiles;
  parameters.sram = architecture.sram;
  parameters.mac_bits = mac_bits;
  parameters.lora_unit = architecture.lora_unit;
  const std::uint64_t lanes_of_tile = architecture.data_path.tile_groups ? architecture.data_path.lanes.lanes : 0;
  parameters.lanes = tiles * lanes_of_tile + architecture.vector_unit.lanes;
  if (architecture.off_chip) parameters.off_chip = *architecture.off_chip;
  parameters.clock_seconds = architecture.clock.seconds(1);
  parameters.word_line_volt = architecture.write_verify.word_line_volt;
  parameters.write_supply_volt = architecture.write_verify.supply_volt;
  return parameters;
}

ChipWork write_work(const Architecture& architecture, const std::vector<ArrayWrite>& writes) {
  const double volt = architecture.tile.dac.full_scale_volt;
  ChipWork work;
  for (const ArrayWrite& write : writes) {
    work.failed_cells += write.failed_cells;
    work.clipped_weights += write.clipped_weights;
    const double verify_coulomb =
        volt * write.verified_microsiemens * micro * architecture.tile.crossbar.read_ns * nano;
    work.analogue.write_pulses += architecture.write_verify.supply_volt * write.pulse_charge_coulomb;
    work.analogue.verify_reads += architecture.tile.supply_volt * verify_coulomb;
    work.dissipated.rm_write += write.pulse_energy_joule;
    work.dissipated.rm_verify += volt * verify_coulomb;
  }
  return work;
}

}  // namespace palimpsest
