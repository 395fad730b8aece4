#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "models/physics/access_transistor.hpp"
#include "models/physics/array_write.hpp"
#include "models/physics/cell_writes.hpp"
#include "sim/config/architecture.hpp"
#include "tests/support/distribution.hpp"
#include "tests/support/simd_targets.hpp"
#include "tests/support/single_cell.hpp"
#include "tests/support/write_reference.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

constexpr std::uint64_t seed = 11;
constexpr std::uint64_t unit = std::uint64_t{3} << 24U;
constexpr std::uint32_t step = 2;

/// The shipped chip with a cell of arch/cells, or with a jumping cell whose amplitudes are stepped.
Architecture chip_with(const std::string& cell, const std::string& verify_deviations = "3") {
  std::vector<Override> overrides{
      {"/resistive_memory", "cells/" + (cell == "stepped" ? std::string("jumping") : cell) + ".json"},
      {"/programmer/verify_deviations", verify_deviations}};
  if (cell == "stepped") {
    overrides.push_back({"/resistive_memory/pulses/schedule", "stepped"});
    overrides.push_back({"/resistive_memory/pulses/set_volt", "1.2"});
    overrides.push_back({"/resistive_memory/pulses/reset_volt", "1.2"});
  }
  return read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", overrides);
}

/// Cells from anywhere in the window to anywhere in it, every third one written before, every eleventh stuck.
CellBatch batch_of(const Architecture& chip, std::uint32_t cells, float tolerance = 1.0F) {
  CellBatch batch;
  const double ohm = chip.resistive_memory.cell.access_transistor_ohm;
  for (std::uint32_t cell = 0; cell < cells; ++cell) {
    const double start = 10.0 + 70.0 * ((cell * 37U) % 101U) / 100.0;
    const auto target = static_cast<float>(10.0 + 70.0 * ((cell * 53U) % 103U) / 102.0);
    batch.add(cell, static_cast<float>(conductance_behind(ohm, start)), target, tolerance, cell % 3 == 0);
  }
  batch.traits = palimpsest::draw_traits(chip.resistive_memory.cell, seed, unit, batch.cells);
  for (std::uint32_t cell = 0; cell < cells; cell += 11) batch.traits[cell] = {0.0F, 0.0F};
  return batch;
}

CellWrites written(const Architecture& chip, const CellBatch& batch) {
  return write_cells(chip.resistive_memory.cell, chip.write_verify, {seed, unit, step}, batch);
}

std::vector<double> numbers_of(const WrittenCell& cell) {
  return {double{cell.conductance}, cell.converged ? 1.0 : 0.0, double{static_cast<float>(cell.pulses)},
          cell.charge_coulomb,      cell.energy_joule,          cell.verified_microsiemens};
}

/// All that writes tell.
std::vector<double> numbers_of(const CellWrites& writes) {
  std::vector<double> numbers;
  for (std::size_t place = 0; place < writes.cells.size(); ++place) {
    const std::vector<double> of_cell = numbers_of(writes.cells[place]);
    numbers.insert(numbers.end(), of_cell.begin(), of_cell.end());
    for (std::uint32_t pulse = 0; pulse < writes.cells[place].pulses; ++pulse)
      numbers.push_back(writes.is_set(place, pulse) ? 1.0 : 0.0);
  }
  std::uint64_t further = 0;
  for (const FurtherReads& reads : writes.further_reads)
    further += (reads.place + 1) * (std::uint64_t{reads.round} + 7) * reads.reads;
  numbers.push_back(static_cast<double>(further));
  return numbers;
}

const std::vector<std::string> all_cells{"gate", "jumping", "climbing", "stepped"};

}  // namespace

TEST_CASE("Writes are the same to the bit on all vector instructions") {
  for (const std::string& cell : all_cells) {
    INFO(cell);
    const Architecture chip = chip_with(cell);
    const CellBatch batch = batch_of(chip, 200);
    same_on_all_simd_targets([&] { return numbers_of(written(chip, batch)); });
    same_on_all_simd_targets([&] {
      std::vector<float> factors;
      for (const CellTraits& traits : palimpsest::draw_traits(chip.resistive_memory.cell, seed, unit, batch.cells)) {
        factors.push_back(traits.set_factor);
        factors.push_back(traits.reset_factor);
      }
      return factors;
    });
    same_on_all_simd_targets([&] {
      PulsedCells cells{batch.cells, batch.traits, batch.conductances, {}};
      pulse_cells(chip.resistive_memory.cell, false, {1.4, {}}, {seed, unit, step}, 0, cells);
      pulse_cells(chip.resistive_memory.cell, true, {1.4, 1.1}, {seed, unit, step}, 1, cells);
      cells.conductances.insert(cells.conductances.end(), cells.microamperes.begin(), cells.microamperes.end());
      return cells.conductances;
    });
  }
}

TEST_CASE("What becomes of a cell does not depend on the cells that are written with it, nor on their order") {
  for (const std::string& cell : all_cells) {
    INFO(cell);
    const Architecture chip = chip_with(cell);
    const CellBatch batch = batch_of(chip, 100);
    const CellWrites together = written(chip, batch);
    CellBatch backwards;
    for (std::size_t place = batch.size(); place-- > 0;) {
      backwards.add(batch.cells[place], batch.conductances[place], batch.targets[place], batch.tolerances[place],
                    batch.rewritten[place] != 0);
      backwards.traits.push_back(batch.traits[place]);
    }
    const CellWrites reversed = written(chip, backwards);
    for (std::size_t place = 0; place < batch.size(); place += 7) {
      CellBatch alone;
      alone.add(batch.cells[place], batch.conductances[place], batch.targets[place], batch.tolerances[place],
                batch.rewritten[place] != 0);
      alone.traits = {batch.traits[place]};
      CHECK(numbers_of(written(chip, alone).cells[0]) == numbers_of(together.cells[place]));
      CHECK(numbers_of(reversed.cells[batch.size() - 1 - place]) == numbers_of(together.cells[place]));
    }
  }
}

TEST_CASE("A write is the verify reads and pulses of the model, replayed pulse by pulse in double precision") {
  for (const std::string& name : all_cells) {
    INFO(name);
    const Architecture chip = chip_with(name, "0");
    const CellConfig& cell = chip.resistive_memory.cell;
    const WriteVerifyConfig& config = chip.write_verify;
    const double ohm = cell.access_transistor_ohm;
    for (std::uint64_t number = 0; number < 60; ++number) {
      const CellTraits traits = test::draw_traits(cell, seed, number);
      const double target = 12.0 + static_cast<double>(number);
      double conductance = conductance_behind(ohm, 10.0);
      const CellWrite write = write_cell(cell, config, traits, conductance, {target, 1.0}, {{seed, number, step}});
      ReferenceSchedule schedule(config.pulse);
      double coulomb = 0.0;
      double joule = 0.0;
      double verified = 0.0;
      for (std::uint32_t round = 0; round <= write.pulses.size(); ++round) {
        const auto normals = reference_normals(seed, number, step, round / 2);
        const double seen = conductance_through(ohm, conductance);
        const double deviation = std::hypot(cell.read_noise * seen, config.verify_circuit_noise_microsiemens);
        const double read = seen + deviation * normals[2 * (round % 2)];
        verified += seen;
        // Single precision may see a read at the edge on its other side.
        const double margin = 1e-4;
        if (round == write.pulses.size()) {
          REQUIRE(std::abs(read - target) <= 1.0 + margin);
          break;
        }
        const CellPulse& pulse = write.pulses[round];
        REQUIRE(std::abs(read - target) >= 1.0 - margin);
        REQUIRE(pulse.set == (read < target));
        const PulseVoltages voltages = schedule.next(pulse.set);
        REQUIRE(pulse.volt == Approx(voltages.volt));
        REQUIRE(pulse.gate_volt.value_or(0.0) == Approx(voltages.gate_volt.value_or(0.0)));
        const double after =
            reference_pulse(cell, traits, conductance, pulse.set, voltages, normals[2 * (round % 2) + 1]);
        REQUIRE(pulse.conductance == Approx(conductance_through(ohm, after)).margin(1e-4));
        double ampere = voltages.volt * seen * 1e-6;
        if (voltages.gate_volt) {
          const double level =
              std::max(double{traits.set_factor} * cell.gate_controlled.slope_microsiemens_per_volt *
                               (*voltages.gate_volt - cell.gate_controlled.threshold_volt) +
                           cell.gate_controlled.landing_noise_microsiemens * normals[2 * (round % 2) + 1],
                       0.0);
          ampere =
              std::min(cell.gate_controlled.compliance_volt * level, voltages.volt * conductance_through(ohm, after)) *
              1e-6;
        }
        coulomb += ampere * config.pulse_ns * 1e-9;
        joule += voltages.volt * ampere * config.pulse_ns * 1e-9;
        conductance = conductance_behind(ohm, pulse.conductance);
      }
      REQUIRE(write.conductance == Approx(conductance).epsilon(1e-6));
      REQUIRE(write.pulse_charge_coulomb == Approx(coulomb).epsilon(1e-5));
      REQUIRE(write.pulse_energy_joule == Approx(joule).epsilon(1e-5));
      REQUIRE(write.verified_conductance_microsiemens == Approx(verified).epsilon(1e-5));
    }
  }
}

TEST_CASE("Pulses and conductances are distributed as those of a reference with other draws") {
  constexpr std::uint32_t cells = 4000;
  for (const std::string& name : all_cells) {
    INFO(name);
    const Architecture chip = chip_with(name, "0");
    const CellConfig& cell = chip.resistive_memory.cell;
    CellBatch batch;
    const double fresh = conductance_behind(cell.access_transistor_ohm, 10.0);
    for (std::uint32_t number = 0; number < cells; ++number)
      batch.add(number, static_cast<float>(fresh), static_cast<float>(10.0 + 70.0 * number / cells), 1.0F, false);
    batch.traits = palimpsest::draw_traits(cell, seed, unit, batch.cells);
    const CellWrites writes = written(chip, batch);
    std::vector<double> pulses;
    std::vector<double> errors;
    std::vector<double> reference_pulses;
    std::vector<double> reference_errors;
    for (std::uint32_t number = 0; number < cells; ++number) {
      const double target{batch.targets[number]};
      const auto error = [&](double own) { return conductance_through(cell.access_transistor_ohm, own) - target; };
      pulses.push_back(writes.cells[number].pulses);
      errors.push_back(error(double{writes.cells[number].conductance}));
      RandomStream stream(seed + 1, RandomPurpose::write_pulses, number, step);
      const CellTraits traits = test::draw_traits(cell, seed + 1, number);
      const ReferenceWrite reference =
          reference_write(cell, chip.write_verify, traits, fresh, {target, 1.0}, [&stream] { return stream.normal(); });
      reference_pulses.push_back(reference.pulses);
      reference_errors.push_back(error(reference.conductance));
    }
    for (const auto& [ours, theirs] : {std::pair{pulses, reference_pulses}, std::pair{errors, reference_errors}}) {
      const auto variance_of_mean = [](const std::vector<double>& values) {
        return moment(values, moment(values, 0.0, 1), 2) / static_cast<double>(values.size());
      };
      const double error_of_difference = std::sqrt(variance_of_mean(ours) + variance_of_mean(theirs));
      CHECK(std::abs(moment(ours, 0.0, 1) - moment(theirs, 0.0, 1)) < 4.0 * error_of_difference);
      // The distance that 1 % of pairs of samples of one distribution exceed.
      CHECK(two_sample_distance(ours, theirs) < critical_distance(cells) * std::sqrt(2.0));
    }
  }
}

TEST_CASE("Long writes lose no digits: their charge is that of their pulses") {
  CellConfig cell;
  cell.soft_bound.set_step_microsiemens = 0.0;
  WriteVerifyConfig config;
  config.maximum_cycles = 20'001;
  const CellWrite write = write_cell(cell, config, {}, 33.3, {60.0, 1.0}, {});
  CHECK_FALSE(write.converged);
  REQUIRE(write.pulses.size() == 20'001);
  const double seen{33.3F};
  CHECK(write.pulse_charge_coulomb == Approx(20'001 * 1.5 * seen * 1e-6 * 100e-9).epsilon(1e-6));
  CHECK(write.verified_conductance_microsiemens == Approx(20'002 * seen).epsilon(1e-6));
}
