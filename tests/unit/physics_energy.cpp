#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <set>
#include <string_view>
#include <vector>

#include "models/physics/energy.hpp"

using namespace palimpsest;

namespace {

EnergyTable table() {
  EnergyTable energies;
  energies.adc_conversion_joule = 2e-12;
  energies.dac_buffer_joule = 1.4e-12;
  energies.dac_step_joule = 0.1e-12;
  energies.word_line_farad_per_cell = 1e-15;
  energies.tia_power_watt = 7e-6;
  energies.write_driver_farad = 1e-12;
  energies.zero_check_joule = 11e-12;
  energies.mac_8bit_joule = 13e-12;
  energies.mac_16bit_joule = 52e-12;
  energies.vector_add_joule = 17e-12;
  energies.vector_mac_joule = 37e-12;
  energies.vector_lookup_joule = 41e-12;
  energies.vector_move_joule = 43e-12;
  energies.wire_joule_per_bit_mm = 1e-12;
  energies.wire_activity = 0.25;
  energies.interconnect_mm = 2.0;
  energies.tile_pitch_mm = 0.5;
  energies.host_word_joule = 19e-12;
  energies.sram_banks = {{4.0, 23e-12, 29e-12, 1e-9}, {16.0, 46e-12, 58e-12, 4e-9}, {64.0, 92e-12, 58e-12, 9e-9}};
  return energies;
}

EnergyParameters parameters() {
  EnergyParameters chip;
  chip.tile.dac.bits = 4;               // 1.4 pJ + 16 x 0.1 pJ = 3 pJ
  chip.tile.crossbar.read_ns = 1000.0;  // 7 uW x 1 us = 7 pJ
  chip.tile.crossbar.columns = 50;
  chip.tile.supply_volt = 2.0;
  chip.tile.adc.bits = 8;
  chip.tile.adc.conversion_ns = 1000.0;
  chip.sram.banks = 8;
  chip.sram.bank_kib = 16;
  chip.sram.word_bits = 32;
  chip.word_line_volt = 4.0;
  chip.off_chip.word_joule = 47e-12;
  chip.write_supply_volt = 3.0;
  return chip;
}

/// Whether `component` has this energy and no other component has any.
bool only(const ComponentEnergy& energy, Component component, double joule) {
  for (std::size_t index = 0; index < component_count; ++index) {
    const double expected = index == static_cast<std::size_t>(component) ? joule : 0.0;
    if (energy[index] != Approx(expected).epsilon(1e-12).margin(0.0)) return false;
  }
  return true;
}

double energy_of(const EnergyTable& energies, const EnergyParameters& chip, Component component,
                 const ActionCounts& counts) {
  return component_energy(energies, chip, counts, {}, 0.0)[static_cast<std::size_t>(component)];
}

}  // namespace

TEST_CASE("Each action costs its component alone, its count times its energy") {
  struct Case {
    std::uint64_t ActionCounts::*count;
    Component component;
    double joule;
  };
  const std::vector<Case> cases = {
      {&ActionCounts::dac_updates, Component::dac, 3e-12},
      {&ActionCounts::zero_checks, Component::dac, 11e-12},
      {&ActionCounts::word_line_switches, Component::word_lines, 50 * 1e-15 * 2.0 * 2.0},
      {&ActionCounts::tia_samples, Component::tia, 7e-12},
      {&ActionCounts::adc_conversions, Component::adc, 2e-12},
      {&ActionCounts::sram_read_words, Component::sram, 46e-12},
      {&ActionCounts::sram_write_words, Component::sram, 58e-12},
      {&ActionCounts::interconnect_words, Component::interconnect, 32 * 2 * 1e-12 / 4},
      {&ActionCounts::group_wire_bits, Component::interconnect, 0.5 * 1e-12 / 4},
      {&ActionCounts::lora_macs, Component::lora_unit, 13e-12},
      {&ActionCounts::vector_adds, Component::vector_unit, 17e-12},
      {&ActionCounts::vector_macs, Component::vector_unit, 37e-12},
      {&ActionCounts::vector_lookups, Component::vector_unit, 41e-12},
      {&ActionCounts::vector_moves, Component::vector_unit, 43e-12},
      {&ActionCounts::host_words, Component::host_port, 19e-12},
      {&ActionCounts::off_chip_loaded_words, Component::off_chip, 47e-12},
      {&ActionCounts::off_chip_stored_words, Component::off_chip, 47e-12},
      {&ActionCounts::rm_set_pulses, Component::rm_write, 1e-12 * 3.0 * 3.0},
      {&ActionCounts::rm_reset_pulses, Component::rm_write, 1e-12 * 3.0 * 3.0},
      {&ActionCounts::rm_forming_pulses, Component::rm_write, 1e-12 * 3.0 * 3.0},
      {&ActionCounts::rm_write_word_lines, Component::rm_write, 50 * 1e-15 * 4.0 * 4.0},
      {&ActionCounts::rm_verify_word_lines, Component::rm_verify, 50 * 1e-15 * 2.0 * 2.0},
      {&ActionCounts::rm_verify_reads, Component::rm_verify, 3e-12 + 7e-12 + 2e-12},
      {&ActionCounts::rm_cells, Component::rm_write, 0.0},
  };
  for (const Case& one : cases) {
    ActionCounts counts;
    counts.*one.count = 1'000'003;
    INFO("component " << component_descriptions()[static_cast<std::size_t>(one.component)].name);
    CHECK(only(component_energy(table(), parameters(), counts, {}, 0.0), one.component, 1'000'003 * one.joule));
  }
}

TEST_CASE("Analogue energy goes to the component in whose cells it is spent") {
  CHECK(only(component_energy(table(), parameters(), {}, {3e-9, 0.0, 0.0}, 0.0), Component::crossbar, 3e-9));
  CHECK(only(component_energy(table(), parameters(), {}, {0.0, 3e-9, 0.0}, 0.0), Component::rm_write, 3e-9));
  CHECK(only(component_energy(table(), parameters(), {}, {0.0, 0.0, 3e-9}, 0.0), Component::rm_verify, 3e-9));
}

TEST_CASE("Leakage is that of all bits of all banks over the time") {
  EnergyTable energies = table();
  energies.sram_bit_leakage_watt = 20e-12;
  CHECK(only(component_energy(energies, parameters(), {}, {}, 0.5), Component::leakage,
             8.0 * 16 * 1024 * 8 * 20e-12 * 0.5));
}

TEST_CASE("An off-chip memory is in standby for the time of a stage that uses it, and off in others") {
  EnergyParameters chip = parameters();
  chip.off_chip.standby_watt = 0.125;
  CHECK(only(component_energy(table(), chip, {}, {}, 2.0), Component::static_power, 0.0));
  ActionCounts counts;
  counts.off_chip_loaded_words = 1000;
  const ComponentEnergy energy = component_energy(table(), chip, counts, {}, 2.0);
  CHECK(energy[static_cast<std::size_t>(Component::off_chip)] == Approx(1000 * 47e-12));
  CHECK(energy[static_cast<std::size_t>(Component::static_power)] == Approx(0.25));
}

TEST_CASE("A bank leaks all it can while it serves, and the configured share while it does not") {
  EnergyTable energies = table();
  energies.sram_bit_leakage_watt = 20e-12;
  EnergyParameters chip = parameters();
  chip.clock_seconds = 10e-9;
  chip.sram.idle_leakage_share = 0.1;
  ActionCounts counts;
  counts.sram_busy_cycles = 3000;
  const double bank_watt = 16 * 1024 * 8 * 20e-12;
  // 1000 cycles of eight banks, 3000 of the 8000 busy.
  CHECK(only(component_energy(energies, chip, counts, {}, 1000 * 10e-9), Component::leakage,
             bank_watt * (3000 + 0.1 * 5000) * 10e-9));
}

TEST_CASE("Static power is that of every row's DAC, every column's amplifier and every ADC of the chip") {
  EnergyTable energies = table();
  energies.adc_static_watt = 3e-6;
  energies.dac_static_watt = 2e-6;
  energies.tia_static_watt = 1e-6;
  EnergyParameters chip = parameters();
  chip.tiles = 5;
  chip.tile.adc.count = 16;
  chip.tile.crossbar.rows = 64;
  chip.tile.crossbar.columns = 128;
  CHECK(only(component_energy(energies, chip, {}, {}, 0.5), Component::static_power,
             5 * (64 * 2e-6 + 128 * 1e-6 + 16 * 3e-6) * 0.5));
}

TEST_CASE("Static power is that of every lane, of every processing element and of every bit of its registers too") {
  EnergyTable energies = table();
  energies.lane_static_watt = 3e-6;
  energies.mac_static_watt = 2e-6;
  energies.register_static_watt = 1e-9;
  EnergyParameters chip = parameters();
  chip.tiles = 5;
  chip.lanes = 7;
  chip.lora_unit.rows = 4;
  chip.lora_unit.columns = 6;
  chip.lora_unit.register_bits = 1000;
  CHECK(only(component_energy(energies, chip, {}, {}, 0.5), Component::static_power,
             (7 * 3e-6 + 24 * 2e-6 + 1000 * 1e-9) * 0.5));
}

TEST_CASE("A multiply-accumulate reads a weight from the registers, and what is written there costs the same per bit") {
  EnergyTable energies = table();
  energies.register_bit_joule = 2e-12;
  EnergyParameters chip = parameters();
  chip.lora_unit.rows = 4;
  chip.lora_unit.columns = 8;
  ActionCounts counts;
  counts.lora_macs = 10;
  counts.lora_register_bits = 100;
  const auto joule = [&](std::uint32_t register_bits) {
    chip.lora_unit.register_bits = register_bits;
    return energy_of(energies, chip, Component::lora_unit, counts);
  };
  const double products = 10 * 13e-12;
  const double bits = (10 * 8 + 100) * 2e-12;
  CHECK(joule(0) == Approx(products + bits));
  CHECK(joule(32 * 1024) == Approx(products + bits));
  // Beyond 1,024 bits for an element with the root of their number.
  CHECK(joule(4 * 32 * 1024) == Approx(products + 2 * bits));
  chip.mac_bits = 16;
  CHECK(joule(0) == Approx(10 * 52e-12 + (10 * 16 + 100) * 2e-12));
}

TEST_CASE("A DAC update follows the bits that a pass carries") {
  TileConfig tile;
  tile.dac.bits = 8;
  CHECK(dac_update_joule(table(), tile) == Approx(1.4e-12 + 256 * 0.1e-12));
  tile.mapping.inputs = InputEncoding::two_pass;
  CHECK(dac_update_joule(table(), tile) == Approx(1.4e-12 + 128 * 0.1e-12));
  tile.mapping.inputs = InputEncoding::bit_serial;
  CHECK(dac_update_joule(table(), tile) == Approx(1.4e-12 + 2 * 0.1e-12));
}

TEST_CASE("A wide SRAM word costs what its 32-bit words cost") {
  EnergyParameters wide = parameters();
  wide.sram.word_bits = 128;
  ActionCounts counts;
  counts.sram_read_words = 10;
  counts.sram_write_words = 100;
  counts.interconnect_words = 7;
  CHECK(energy_of(table(), wide, Component::sram, counts) == Approx(4 * (10 * 46e-12 + 100 * 58e-12)));
  CHECK(energy_of(table(), wide, Component::interconnect, counts) == Approx(7 * 128 * 2 * 1e-12 / 4));
}

TEST_CASE("A multiply-accumulate costs a power of its width between the table's two") {
  ActionCounts counts;
  counts.lora_macs = 1;
  const auto joule = [&](int bits) {
    EnergyParameters chip = parameters();
    chip.mac_bits = bits;
    return energy_of(table(), chip, Component::lora_unit, counts);
  };
  CHECK(joule(8) == Approx(13e-12));
  CHECK(joule(16) == Approx(52e-12));
  // The table has four times the energy for twice the width, so it grows with the width squared.
  CHECK(joule(12) == Approx(13e-12 * 1.5 * 1.5));
  CHECK(joule(4) == Approx(13e-12 / 4));
}

TEST_CASE("Without a figure for the converter its energy is the survey's for node, bits and rate") {
  EnergyTable energies = table();
  energies.adc_conversion_joule = 0.0;
  energies.node_nm = 180.0;
  EnergyParameters chip = parameters();
  chip.tile.adc.bits = 10;
  chip.tile.adc.conversion_ns = 80.0;
  chip.tile.adc.multiplexer_ns = 20.0;
  ActionCounts counts;
  counts.adc_conversions = 6;
  CHECK(energy_of(energies, chip, Component::adc, counts) == Approx(6 * adc_survey_energy_joule(180.0, 10, 1e7)));
}

TEST_CASE("The ADC survey gives the published energies at 180 nm and 1 MS/s") {
  CHECK(adc_survey_energy_joule(180.0, 8, 1e6) == Approx(44e-12).epsilon(0.03));
  CHECK(adc_survey_energy_joule(180.0, 10, 1e6) == Approx(85e-12).epsilon(0.03));
  CHECK(adc_survey_energy_joule(180.0, 12, 1e6) == Approx(185e-12).epsilon(0.03));
}

TEST_CASE("The ADC survey's energy grows with the rate only beyond the corner of its figure of merit") {
  // The figure of merit of 8 bits is 128.31 + 3.2205 * 8 dB up to the rate where 213.78 - 2.872 ln f falls below it.
  const double flat_db = 128.31 + 3.2205 * 8;
  const double corner = std::exp((213.78 - flat_db) / 2.872);
  const double slow = adc_survey_energy_joule(180.0, 8, 1e6);
  CHECK(adc_survey_energy_joule(180.0, 8, 0.99 * corner) == Approx(slow).epsilon(1e-12));
  CHECK(adc_survey_energy_joule(180.0, 8, 10.0 * corner) ==
        Approx(slow * std::pow(10.0, 2.872 * std::log(10.0) / 10.0)).epsilon(1e-9));
}

TEST_CASE("The ADC survey scales with the node to the power of 1.880") {
  CHECK(adc_survey_energy_joule(90.0, 8, 1e6) ==
        Approx(adc_survey_energy_joule(180.0, 8, 1e6) / std::pow(2.0, 1.880)).epsilon(1e-12));
}

TEST_CASE("The energy of an SRAM bank hits the table's sizes") {
  for (const EnergyTable::SramBank& bank : table().sram_banks) {
    const EnergyTable::SramBank found = sram_bank_of(table(), bank.kib);
    CHECK(found.kib == bank.kib);
    CHECK(found.read_joule == Approx(bank.read_joule).epsilon(1e-12));
    CHECK(found.write_joule == Approx(bank.write_joule).epsilon(1e-12));
    CHECK(found.access_seconds == Approx(bank.access_seconds).epsilon(1e-12));
  }
}

TEST_CASE("Between the table's sizes an SRAM bank's energy lies on logarithmic axes") {
  // 8 KiB is halfway from 4 to 16 KiB, 32 KiB from 16 to 64 KiB: geometric means.
  CHECK(sram_bank_of(table(), 8.0).read_joule == Approx(std::sqrt(23e-12 * 46e-12)));
  CHECK(sram_bank_of(table(), 8.0).access_seconds == Approx(2e-9));
  CHECK(sram_bank_of(table(), 32.0).read_joule == Approx(std::sqrt(46e-12 * 92e-12)));
  CHECK(sram_bank_of(table(), 32.0).write_joule == Approx(58e-12));
}

TEST_CASE("Every size between two of the table has energies between theirs") {
  double before = 0.0;
  for (double kib = 4.0; kib <= 64.0; kib += 0.5) {
    const double joule = sram_bank_of(table(), kib).read_joule;
    CHECK(joule > before);
    CHECK(joule >= Approx(23e-12).epsilon(1e-12));
    CHECK(joule <= Approx(92e-12).epsilon(1e-12));
    before = joule;
  }
}

TEST_CASE("A table of one SRAM size gives that size") {
  EnergyTable energies = table();
  energies.sram_banks.resize(1);
  CHECK(sram_bank_of(energies, 4.0).read_joule == 23e-12);
}

TEST_CASE("Every component has a name of its own and a meaning") {
  std::set<std::string_view> names;
  for (const ComponentDescription& component : component_descriptions()) {
    names.insert(component.name);
    CHECK_FALSE(component.name.empty());
    CHECK_FALSE(component.meaning.empty());
  }
  CHECK(names.size() == component_count);
}

TEST_CASE("An ADC with fewer bits never costs more") {
  for (int bits = 1; bits < 16; ++bits) {
    CHECK(adc_survey_energy_joule(180.0, bits, 1e7) <= adc_survey_energy_joule(180.0, bits + 1, 1e7));
  }
}
