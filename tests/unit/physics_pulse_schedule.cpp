#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "models/physics/write_verify.hpp"

using namespace palimpsest;

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

std::vector<double> amplitudes(const PulseConfig& config, const std::vector<bool>& directions) {
  PulseAmplitudes schedule(config);
  std::vector<double> volts;
  for (const bool set : directions) volts.push_back(schedule.next(set).volt);
  return volts;
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

}  // namespace

TEST_CASE("Fixed pulses have the amplitude of their direction") {
  PulseConfig config = stepped();
  config.schedule = PulseSchedule::fixed;
  CHECK(amplitudes(config, {true, true, false, false, true}) == std::vector<double>{1.0, 1.0, 1.1, 1.1, 1.0});
}

TEST_CASE("Stepped pulses rise by one step with each further pulse in the same direction") {
  CHECK(amplitudes(stepped(), {true, true, true}) == std::vector<double>{1.0, 1.125, 1.25});
  CHECK(amplitudes(stepped(), {false, false, false}) == std::vector<double>{1.1, 1.1 + 0.125, 1.1 + 0.25});
}

TEST_CASE("Stepped pulses stay at the largest amplitude once they are there") {
  CHECK(amplitudes(stepped(), std::vector<bool>(7, true)) ==
        std::vector<double>{1.0, 1.125, 1.25, 1.375, 1.5, 1.5, 1.5});
  CHECK(amplitudes(stepped(), std::vector<bool>(6, false)).back() == 1.5);
}

TEST_CASE("Stepped pulses fall back to the start when the direction changes") {
  CHECK(amplitudes(stepped(), {true, true, false, true, true, false, false}) ==
        std::vector<double>{1.0, 1.125, 1.1, 1.0, 1.125, 1.1, 1.1 + 0.125});
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
  PulseAmplitudes schedule(config);
  const auto gate_of_set = [&schedule] {
    const PulseVoltages voltages = schedule.next(true);
    CHECK(voltages.volt == 1.5);
    return voltages.gate_volt.value();
  };
  const auto reset = [&schedule] {
    const PulseVoltages voltages = schedule.next(false);
    CHECK(voltages.volt == 1.75);
    CHECK_FALSE(voltages.gate_volt.has_value());
  };
  CHECK(gate_of_set() == 1.0);
  CHECK(gate_of_set() == 1.125);
  CHECK(gate_of_set() == 1.25);
  reset();
  CHECK(gate_of_set() == 1.125);
  reset();
  CHECK(gate_of_set() == 1.0);
  for (const double expected : {1.125, 1.25, 1.375, 1.45, 1.45}) CHECK(gate_of_set() == expected);
  reset();
  CHECK(gate_of_set() == 1.25);
}

TEST_CASE("Write-verify gives each pulse the amplitude of the schedule, and its step and energy follow from it") {
  WriteVerifyConfig config;
  config.pulse_ns = 50.0;
  config.pulse = stepped();
  // Without noise all pulses are SETs until the target is passed; 47.5 uS is half way between the limits, and no step
  // leaps over the tolerance.
  RandomStream stream(1, RandomPurpose::write_pulses, 0, 0);
  const CellWrite write = write_cell(quiet_cell(), config, {}, 10.0, {47.5, 4.0}, stream);
  REQUIRE(write.converged);
  REQUIRE(write.pulses.size() > 6);
  double conductance = 10.0;
  double joule = 0.0;
  double coulomb = 0.0;
  for (std::size_t pulse = 0; pulse < write.pulses.size(); ++pulse) {
    const double volt = std::min(1.0 + 0.125 * static_cast<double>(pulse), 1.5);
    CHECK(write.pulses[pulse].set);
    CHECK(write.pulses[pulse].volt == volt);
    joule += volt * volt * conductance * 1e-6 * 50e-9;
    coulomb += volt * conductance * 1e-6 * 50e-9;
    conductance += 1.0 * std::exp((volt - 1.0) / 0.2) * (90.0 - conductance) / 85.0;
    CHECK(write.pulses[pulse].conductance == Approx(conductance).epsilon(1e-12));
  }
  CHECK(write.pulse_energy_joule == Approx(joule).epsilon(1e-12));
  CHECK(write.pulse_charge_coulomb == Approx(coulomb).epsilon(1e-12));
}

TEST_CASE("A write begins at the start again, whatever the cell's last write ended with") {
  WriteVerifyConfig config;
  config.pulse = stepped();
  RandomStream stream(1, RandomPurpose::write_pulses, 0, 0);
  const CellWrite first = write_cell(quiet_cell(), config, {}, 10.0, {40.0, 4.0}, stream);
  const CellWrite second = write_cell(quiet_cell(), config, {}, first.conductance, {70.0, 4.0}, stream);
  CHECK(first.pulses.back().volt > 1.0);
  CHECK(second.pulses.front().volt == 1.0);
}
