#include <catch2/catch.hpp>
#include <limits>

#include "sim/run/write_totals.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;

namespace {

/// SET, RESET and SET of a cell by itself; it is read three times before the last one.
ArrayWrite cell_write(bool converged, const WriteVerifyConfig& config = {}) {
  CellWrites writes;
  writes.cells = {{25.0F, converged, 3, 0, 2e-12, 3e-12, 85.0}};
  writes.directions = {5};
  writes.further_reads = {{0, 2, 3}};
  return array_write(config, writes, {{1}, {static_cast<std::uint8_t>(config.forming ? 1 : 0)}});
}

/// 10 ns a cycle: a pulse takes 10, a verify read 30 and 10 more for every two conversions.
Architecture timed_chip() {
  Architecture chip;
  chip.clock.period_ps = 10'000;
  chip.tile.pulse_ns = 100.0;
  chip.tile.dac.settling_ns = 50.0;
  chip.tile.crossbar.read_ns = 100.0;
  chip.tile.sensing.kind = SensingKind::integrator;
  chip.tile.sensing.transfer_ns = 150.0;
  chip.tile.adc.count = 2;
  chip.tile.adc.conversion_ns = 80.0;
  chip.tile.adc.multiplexer_ns = 20.0;
  return chip;
}

}  // namespace

TEST_CASE("Totals of cells count pulses, the reads of every verify, and failures") {
  WriteTotals totals;
  totals.add(timed_chip(), cell_write(true));
  totals.add(timed_chip(), cell_write(false));
  CHECK(totals.cells == 2);
  CHECK(totals.failed == 1);
  CHECK(totals.set_pulses == 4);
  CHECK(totals.reset_pulses == 2);
  CHECK(totals.verify_reads == 12);
  CHECK(totals.cycles == 2 * (3 * 10 + 6 * 40));
  CHECK(totals.pulse_charge_coulomb == Approx(4e-12));
  // A word line for every pulse and every read.
  CHECK(totals.write_word_lines == 6);
  CHECK(totals.verify_word_lines == 12);
  CHECK(totals.forming_pulses == 0);
  CHECK(totals.verified_microsiemens == Approx(170.0));
}

TEST_CASE("Totals of an array are those of its rounds") {
  ArrayWrite write;
  write.rounds = {3, 1, 2, 0, 1, 2, 0, {0, 2, 2}};
  write.failed_cells = 1;
  write.pulse_charge_coulomb = 5e-12;
  write.verified_microsiemens = 90.0;
  WriteTotals totals;
  totals.add(timed_chip(), write);
  totals.add(totals);
  CHECK(totals.cells == 6);
  CHECK(totals.failed == 2);
  CHECK(totals.set_pulses == 2);
  CHECK(totals.reset_pulses == 4);
  CHECK(totals.verify_reads == 12);
  // Reads of two cells and of one alike; SET and RESET pulses one after the other.
  CHECK(totals.cycles == 2 * (40 + (20 + 40) + (10 + 40) + 40));
  CHECK(totals.pulse_charge_coulomb == Approx(10e-12));
  // One for the SET and one for the RESET pulses of a round, one for its reads.
  CHECK(totals.write_word_lines == 2 * (2 + 1));
  CHECK(totals.verify_word_lines == 2 * 4);
  CHECK(totals.verified_microsiemens == Approx(180.0));
}

TEST_CASE("A formed cell takes a forming pulse more, its time, its charge and its word line") {
  Architecture chip = timed_chip();
  chip.write_verify.forming = FormingConfig{3.0, 1000.0, 50.0};
  chip.tile.forming_ns = 1000.0;
  WriteTotals totals;
  totals.add(chip, cell_write(true, chip.write_verify));
  CHECK(totals.forming_pulses == 1);
  CHECK(totals.write_word_lines == 4);
  CHECK(totals.verify_word_lines == 6);
  CHECK(totals.cycles == 100 + 3 * 10 + 6 * 40);
  // 50 uA for 1 us.
  CHECK(totals.pulse_charge_coulomb == Approx(2e-12 + 50e-12));
  CHECK(totals.set_pulses + totals.reset_pulses == 3);
}

TEST_CASE("Writes cost what the supply gives to pulses, drivers and word lines, and the reads' cells and converters") {
  Architecture chip;
  chip.tile.dac.full_scale_volt = 0.2;
  chip.tile.crossbar.read_ns = 100.0;
  chip.tile.crossbar.columns = 64;
  chip.write_verify.supply_volt = 3.0;
  chip.write_verify.word_line_volt = 4.0;
  chip.tile.supply_volt = 1.8;
  chip.energy.word_line_farad_per_cell = 5e-15;
  chip.energy.write_driver_farad = 0.5e-12;
  chip.energy.dac_buffer_joule = 10e-12;
  chip.energy.tia_power_watt = 0.4e-3;  // 40 pJ a read
  chip.energy.adc_conversion_joule = 44e-12;
  chip.energy.mac_8bit_joule = 1e-12;
  chip.energy.mac_16bit_joule = 1e-12;
  chip.energy.sram_banks = {{32.0, 1e-12, 1e-12, 0.0}};
  WriteTotals totals;
  totals.add(chip, cell_write(true));
  const double word_line = 64 * 5e-15;
  const double pulses = 3.0 * 2e-12 + 3 * 0.5e-12 * 3.0 * 3.0 + 3 * word_line * 4.0 * 4.0;
  const double reads = 1.8 * 0.2 * 85e-6 * 100e-9 + 6 * (10e-12 + 40e-12 + 44e-12) + 6 * word_line * 1.8 * 1.8;
  CHECK(write_energy_joule(chip, totals) == Approx(pulses + reads).epsilon(1e-12));
}

TEST_CASE("Writes of more cycles than can be counted are an error, not a wrapped sum") {
  WriteTotals most;
  most.cycles = std::numeric_limits<std::uint64_t>::max() - 300;
  WriteTotals totals;
  totals.add(most);
  const test::ThrownError error = test::thrown_error([&] {
    totals.add(timed_chip(), cell_write(true));
    totals.add(timed_chip(), cell_write(true));
  });
  CHECK(error.code == ExitCode::usage_or_architecture);
  CHECK_THAT(error.text, Catch::StartsWith("/clock_period_ps: "));
}
