#include "models/physics/energy.hpp"

#include <algorithm>
#include <cmath>

#include "models/physics/input_encoding.hpp"
#include "models/physics/sensing.hpp"
#include "models/physics/units.hpp"

namespace palimpsest {

const std::array<ComponentDescription, component_count>& component_descriptions() {
  static const std::array<ComponentDescription, component_count> descriptions{{
      {"dac", "digital-to-analogue converters and row buffers of the tiles"},
      {"word_lines", "opening and closing the access transistors of driven lines"},
      {"crossbar", "supply current of drivers and amplifiers through the resistive cells during reads"},
      {"tia", "transimpedance amplifiers of the tiles"},
      {"adc", "analogue-to-digital converters of the tiles"},
      {"shift_add", "sums of conversions over passes and slices"},
      {"rm_write", "forming, SET and RESET pulses: cells, drivers and word lines"},
      {"rm_verify", "verify reads: cell, word line, DAC, TIA and ADC"},
      {"sram", "reads and writes of the SRAM buffer"},
      {"interconnect", "wires between the units, the SRAM buffer and the tiles of a group"},
      {"lora_unit", "multiply-accumulates and registers of the LoRA unit"},
      {"vector_unit", "elementary operations of the vector unit and of the lanes behind converters"},
      {"host_port", "words across the chip's edge"},
      {"off_chip", "words between the SRAM buffer and the off-chip memory, its standby apart"},
      {"leakage", "leakage of the SRAM buffer over the time of the stage"},
      {"static_power",
       "what the tiles' DACs, TIAs, ADCs and lanes, the LoRA unit and the vector unit draw all the time, over the time "
       "of "
       "the stage; and the off-chip memory in stages that move words through it"},
  }};
  return descriptions;
}

namespace {

/// The fit itself, for whole effective bits.
double adc_fit_joule(double node_nm, int bits, double conversions_per_second) {
  const double b = bits;
  const double figure_of_merit_db =
      std::min(213.78 - 2.872 * std::log(conversions_per_second), 128.31 + 3.2205 * std::ceil(b));
  const double numerator = std::exp(26.050 + 1.880 * std::log(node_nm) - 2.829 * std::log(b) - 1.470);
  return numerator / (2.0 * std::pow(10.0, (figure_of_merit_db - 6.02 * b - 1.76) / 10.0)) * pico;
}

}  // namespace

double adc_survey_energy_joule(double node_nm, int bits, double conversions_per_second) {
  double least = adc_fit_joule(node_nm, bits, conversions_per_second);
  for (int more = bits + 1; more <= 16; ++more) {
    least = std::min(least, adc_fit_joule(node_nm, more, conversions_per_second));
  }
  return least;
}

EnergyTable::SramBank sram_bank_of(const EnergyTable& table, double kib) {
  const auto& banks = table.sram_banks;
  if (banks.size() == 1) return banks.front();
  std::size_t upper = 1;
  while (upper + 1 < banks.size() && banks[upper].kib < kib) ++upper;
  const auto& low = banks[upper - 1];
  const auto& high = banks[upper];
  const double position = std::log(kib / low.kib) / std::log(high.kib / low.kib);
  const auto between = [position](double from, double to) { return from * std::pow(to / from, position); };
  return {kib, between(low.read_joule, high.read_joule), between(low.write_joule, high.write_joule),
          between(low.access_seconds, high.access_seconds)};
}

namespace {

double adc_energy_joule(const EnergyTable& table, const AdcConfig& adc) {
  if (table.adc_conversion_joule > 0.0) return table.adc_conversion_joule;
  return adc_survey_energy_joule(table.node_nm, adc.bits, 1.0 / ((adc.conversion_ns + adc.multiplexer_ns) * nano));
}

// The table has 8 and 16 bits; a multiplier's energy between them follows a power of its width.
double mac_energy_joule(const EnergyTable& table, int bits) {
  return table.mac_8bit_joule * std::pow(table.mac_16bit_joule / table.mac_8bit_joule, std::log2(bits / 8.0));
}

/// The input pair's transconductance sets both bandwidth and noise, and its current goes with it: the more demanding
/// of the two decides.
double tia_sample_joule(const EnergyTable& table, const TileConfig& tile) {
  const double for_bandwidth = tile.tia.bandwidth_hz.value_or(table.tia_bandwidth_hz) / table.tia_bandwidth_hz;
  const double quieter = table.tia_noise_nanovolt / tile.tia.input_noise_nanovolt_per_root_hz;
  return table.tia_power_watt * std::max(for_bandwidth, quieter * quieter) * sensing_of(tile)->amplifier_ns() * nano;
}

/// Processing elements.
double elements_of(const LoraUnitConfig& unit) { return static_cast<double>(unit.rows) * unit.columns; }

double leakage_joule(const EnergyTable& table, const EnergyParameters& parameters, const ActionCounts& counts,
                     double seconds) {
  const SramConfig& sram = parameters.sram;
  const double bank_watt = table.sram_bit_leakage_watt * 1024.0 * 8.0 * sram.bank_kib;
  const double busy_seconds = static_cast<double>(counts.sram_busy_cycles) * parameters.clock_seconds;
  const double idle_seconds = sram.banks * seconds - busy_seconds;
  return bank_watt * (busy_seconds + sram.idle_leakage_share * idle_seconds);
}

double static_watt(const EnergyTable& table, const EnergyParameters& parameters) {
  const TileConfig& tile = parameters.tile;
  const double tile_watt = tile.crossbar.rows * table.dac_static_watt + tile.crossbar.columns * table.tia_static_watt +
                           tile.adc.count * table.adc_static_watt;
  return static_cast<double>(parameters.tiles) * tile_watt +
         static_cast<double>(parameters.lanes) * table.lane_static_watt +
         elements_of(parameters.lora_unit) * table.mac_static_watt +
         parameters.lora_unit.register_bits * table.register_static_watt;
}

}  // namespace

double dac_update_joule(const EnergyTable& table, const TileConfig& tile, LineInputs inputs) {
  const int bits = bits_per_pass(tile.mapping.inputs, tile.dac.bits, inputs);
  return table.dac_buffer_joule + std::ldexp(table.dac_step_joule, bits);
}

double register_bit_joule(const EnergyTable& table, const LoraUnitConfig& unit) {
  constexpr double bits_of_table = 1024.0;
  const double bits = unit.register_bits / elements_of(unit);
  return table.register_bit_joule * std::sqrt(std::max(1.0, bits / bits_of_table));
}

ComponentEnergy component_energy(const EnergyTable& table, const EnergyParameters& parameters,
                                 const ActionCounts& counts, const AnalogueEnergy& analogue, double seconds) {
  const auto times = [](std::uint64_t count, double joule) { return static_cast<double>(count) * joule; };
  const EnergyTable::SramBank bank = sram_bank_of(table, parameters.sram.bank_kib);
  const double words_of_32_bits = parameters.sram.word_bits / 32.0;
  const double conversion = adc_energy_joule(table, parameters.tile.adc);
  const double update = dac_update_joule(table, parameters.tile);
  const double sample = tia_sample_joule(table, parameters.tile);
  const auto word_line = [&](double volt) {
    return table.word_line_farad_per_cell * parameters.tile.crossbar.columns * volt * volt;
  };

  ComponentEnergy energy{};
  const auto set = [&energy](Component component, double joule) {
    energy[static_cast<std::size_t>(component)] = joule;
  };
  const double spike = dac_update_joule(table, parameters.tile, LineInputs::spikes);
  set(Component::dac, times(counts.dac_updates, update) + times(counts.spike_updates, spike) +
                          times(counts.zero_checks, table.zero_check_joule));
  set(Component::word_lines, times(counts.word_line_switches, word_line(parameters.tile.supply_volt)));
  set(Component::crossbar, analogue.crossbar_read);
  set(Component::tia, times(counts.tia_samples, sample));
  set(Component::adc, times(counts.adc_conversions, conversion));
  set(Component::shift_add, times(counts.shift_adds, table.shift_add_joule));
  set(Component::rm_write,
      times(counts.rm_set_pulses + counts.rm_reset_pulses + counts.rm_forming_pulses,
            table.write_driver_farad * parameters.write_supply_volt * parameters.write_supply_volt) +
          times(counts.rm_write_word_lines, word_line(parameters.word_line_volt)) + analogue.write_pulses);
  set(Component::rm_verify, times(counts.rm_verify_reads, update + sample + conversion) +
                                times(counts.rm_verify_word_lines, word_line(parameters.tile.supply_volt)) +
                                analogue.verify_reads);
  set(Component::sram,
      (times(counts.sram_read_words, bank.read_joule) + times(counts.sram_write_words, bank.write_joule)) *
          words_of_32_bits);
  const double wire_joule_per_bit_mm = table.wire_activity * table.wire_joule_per_bit_mm;
  set(Component::interconnect,
      times(counts.interconnect_words * parameters.sram.word_bits, wire_joule_per_bit_mm * table.interconnect_mm) +
          times(counts.group_wire_bits, wire_joule_per_bit_mm * table.tile_pitch_mm));
  // Each multiply-accumulate reads a weight.
  const double register_bit = register_bit_joule(table, parameters.lora_unit);
  set(Component::lora_unit,
      times(counts.lora_macs, mac_energy_joule(table, parameters.mac_bits) + parameters.mac_bits * register_bit) +
          times(counts.lora_register_bits, register_bit));
  set(Component::vector_unit, times(counts.vector_adds, table.vector_add_joule) +
                                  times(counts.vector_macs, table.vector_mac_joule) +
                                  times(counts.vector_lookups, table.vector_lookup_joule) +
                                  times(counts.vector_moves, table.vector_move_joule));
  set(Component::host_port, times(counts.host_words, table.host_word_joule));
  const std::uint64_t off_chip_words = counts.off_chip_loaded_words + counts.off_chip_stored_words;
  set(Component::off_chip, times(off_chip_words, parameters.off_chip.word_joule));
  const double standby_watt = off_chip_words == 0 ? 0.0 : parameters.off_chip.standby_watt;
  set(Component::leakage, leakage_joule(table, parameters, counts, seconds));
  set(Component::static_power, (static_watt(table, parameters) + standby_watt) * seconds);
  return energy;
}

}  // namespace palimpsest
