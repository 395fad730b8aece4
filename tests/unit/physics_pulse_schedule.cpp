#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "models/physics/pulse_schedule.hpp"
#include "models/physics/write_verify.hpp"
#include "tests/support/noisy_cell.hpp"
#include "tests/support/single_cell.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

PulseConfig stepped() {
  PulseConfig config;
  config.schedule = PulseSchedule::stepped;
  config.set_volt = 1.0;
  config.reset_volt = 1.1;
  config.volt_step = 0.125;
  config.largest_volt = 1.5;
  return config;
}

/// A cell whose steps do not depend on chance: 1 uS and 2 uS at the limits, nominal at 1 V.
CellConfig quiet_cell() {
  CellConfig cell;
  cell.soft_bound.set_step_microsiemens = 1.0;
  cell.soft_bound.reset_step_microsiemens = 2.0;
  cell.soft_bound.set_nominal_volt = 1.0;
  cell.soft_bound.reset_nominal_volt = 1.0;
  cell.soft_bound.volts_per_e_fold = 0.2;
  return cell;
}

/// Pulses of cells that jump about their target, one cell behind the other.
std::vector<std::vector<CellPulse>> pulses_of_many(const CellConfig& cell, const PulseConfig& pulse) {
  WriteVerifyConfig config;
  config.pulse = pulse;
  config.maximum_cycles = 200;
  std::vector<std::vector<CellPulse>> pulses;
  for (std::uint64_t number = 0; number < 50; ++number)
    pulses.push_back(
        write_cell(cell, config, {}, 10.0, {20.0 + static_cast<double>(number), 0.2}, {{1, number, 0}}).pulses);
  return pulses;
}

}  // namespace

TEST_CASE("Fixed pulses have the amplitude of their direction") {
  PulseConfig config = stepped();
  config.schedule = PulseSchedule::fixed;
  CellConfig cell = noisy_cell();
  cell.soft_bound.set_nominal_volt = cell.soft_bound.reset_nominal_volt = 1.0;
  std::size_t resets = 0;
  for (const std::vector<CellPulse>& pulses : pulses_of_many(cell, config)) {
    for (const CellPulse& pulse : pulses) {
      CHECK(pulse.volt == Approx(pulse.set ? 1.0 : 1.1));
      CHECK_FALSE(pulse.gate_volt.has_value());
      resets += pulse.set ? 0 : 1;
    }
  }
  CHECK(resets > 100);
}

TEST_CASE("Stepped pulses rise with each further one in a direction up to the largest, and fall back when it changes") {
  CellConfig cell = noisy_cell();
  cell.soft_bound.set_step_microsiemens = cell.soft_bound.reset_step_microsiemens = 4.0;
  cell.soft_bound.set_nominal_volt = cell.soft_bound.reset_nominal_volt = 1.1;
  std::size_t largest = 0;
  std::size_t changes = 0;
  for (const std::vector<CellPulse>& pulses : pulses_of_many(cell, stepped())) {
    int in_row = 0;
    for (std::size_t pulse = 0; pulse < pulses.size(); ++pulse) {
      const bool changed = pulse > 0 && pulses[pulse].set != pulses[pulse - 1].set;
      in_row = changed || pulse == 0 ? 0 : in_row + 1;
      const double expected = (pulses[pulse].set ? 1.0 : 1.1) + 0.125 * in_row;
      REQUIRE(pulses[pulse].volt == Approx(std::min(expected, 1.5)));
      largest += expected > 1.5 ? 1 : 0;
      changes += changed ? 1 : 0;
    }
  }
  CHECK(largest > 10);
  CHECK(changes > 100);
}

TEST_CASE("Gate-stepped SETs rise by one step each, a RESET takes steps back, and amplitudes stay") {
  PulseConfig config;
  config.schedule = PulseSchedule::gate_stepped;
  config.set_volt = 1.5;
  config.reset_volt = 1.75;
  config.gate_start_volt = 1.0;
  config.gate_step_volt = 0.125;
  config.gate_largest_volt = 1.45;
  config.restart_steps = 2;
  CellConfig cell;
  cell.update = CellUpdate::gate_controlled;
  cell.gate_controlled.landing_noise_microsiemens = 8.0;
  std::size_t largest = 0;
  std::size_t at_start = 0;
  std::size_t taken_back = 0;
  for (const std::vector<CellPulse>& pulses : pulses_of_many(cell, config)) {
    int steps = 0;
    for (const CellPulse& pulse : pulses) {
      REQUIRE(pulse.volt == Approx(pulse.set ? 1.5 : 1.75));
      REQUIRE(pulse.gate_volt.has_value() == pulse.set);
      if (!pulse.set) {
        (steps < 2 ? at_start : taken_back) += 1;
        steps = std::max(steps - 2, 0);
        continue;
      }
      REQUIRE(pulse.gate_volt.value() == Approx(std::min(1.0 + 0.125 * steps, 1.45)));
      largest += steps == 4 ? 1 : 0;
      // 1.5 V would be the fifth.
      steps = std::min(steps + 1, 4);
    }
  }
  CHECK(largest > 10);
  CHECK(at_start > 10);
  CHECK(taken_back > 10);
}

TEST_CASE("Voltages rise by whole steps from the start of their direction up to the largest") {
  PulseConfig config = stepped();
  CHECK(voltages_of(config, true, 0).volt == 1.0);
  CHECK(voltages_of(config, false, 0).volt == 1.1);
  CHECK(voltages_of(config, true, 3).volt == 1.375);
  CHECK(voltages_of(config, true, 5).volt == 1.5);
  CHECK_FALSE(voltages_of(config, true, 3).gate_volt.has_value());
  config.schedule = PulseSchedule::fixed;
  CHECK(voltages_of(config, true, 3).volt == 1.0);
  config.schedule = PulseSchedule::gate_stepped;
  config.gate_start_volt = 0.9;
  config.gate_step_volt = 0.25;
  config.gate_largest_volt = 1.5;
  CHECK(voltages_of(config, true, 0).gate_volt == 0.9);
  CHECK(voltages_of(config, true, 2).gate_volt == 1.4);
  CHECK(voltages_of(config, true, 3).gate_volt == 1.5);
  CHECK(voltages_of(config, true, 3).volt == 1.0);
  CHECK_FALSE(voltages_of(config, false, 3).gate_volt.has_value());
  CHECK(most_gate_steps(config) == 3);
}

TEST_CASE("Write-verify gives each pulse the amplitude of the schedule, and its step and energy follow from it") {
  WriteVerifyConfig config;
  config.pulse_ns = 50.0;
  config.pulse = stepped();
  // Without noise all pulses are SETs until the target is passed; 47.5 uS is half way between the limits, and no step
  // leaps over the tolerance.
  const CellStream stream;
  const CellWrite write = write_cell(quiet_cell(), config, {}, 10.0, {47.5, 4.0}, stream);
  REQUIRE(write.converged);
  REQUIRE(write.pulses.size() > 6);
  double conductance = 10.0;
  double joule = 0.0;
  double coulomb = 0.0;
  for (std::size_t pulse = 0; pulse < write.pulses.size(); ++pulse) {
    const double volt = std::min(1.0 + 0.125 * static_cast<double>(pulse), 1.5);
    CHECK(write.pulses[pulse].set);
    CHECK(write.pulses[pulse].volt == Approx(volt));
    joule += volt * volt * conductance * 1e-6 * 50e-9;
    coulomb += volt * conductance * 1e-6 * 50e-9;
    conductance += 1.0 * std::exp((volt - 1.0) / 0.2) * (90.0 - conductance) / 85.0;
    CHECK(write.pulses[pulse].conductance == Approx(conductance).epsilon(1e-5));
  }
  CHECK(write.pulse_energy_joule == Approx(joule).epsilon(1e-6));
  CHECK(write.pulse_charge_coulomb == Approx(coulomb).epsilon(1e-6));
}

TEST_CASE("A write begins at the start again, whatever the cell's last write ended with") {
  WriteVerifyConfig config;
  config.pulse = stepped();
  const CellStream stream;
  const CellWrite first = write_cell(quiet_cell(), config, {}, 10.0, {40.0, 4.0}, stream);
  const CellWrite second = write_cell(quiet_cell(), config, {}, first.conductance, {70.0, 4.0}, stream);
  CHECK(first.pulses.back().volt > 1.0);
  CHECK(second.pulses.front().volt == 1.0);
}
