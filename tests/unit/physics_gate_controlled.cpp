#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "models/physics/cell_array.hpp"
#include "models/physics/write_verify.hpp"
#include "tests/support/distribution.hpp"
#include "tests/support/single_cell.hpp"
#include "tests/support/write_sums.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

constexpr std::size_t draws = 20'000;

/// Levels of 50 uS/V above 0.5 V; limits 5 and 90 uS.
CellConfig quiet_cell() {
  CellConfig cell;
  cell.update = CellUpdate::gate_controlled;
  cell.gate_controlled.threshold_volt = 0.5;
  cell.gate_controlled.slope_microsiemens_per_volt = 50.0;
  cell.gate_controlled.compliance_volt = 0.25;
  cell.gate_controlled.reset_microsiemens = 6.0;
  return cell;
}

/// Gate voltages of 0.75, 0.8, 0.85 ... V: levels of 12.5, 15, 17.5 ... uS.
WriteVerifyConfig gate_stepped() {
  WriteVerifyConfig config;
  config.pulse_ns = 50.0;
  config.pulse.schedule = PulseSchedule::gate_stepped;
  config.pulse.gate_start_volt = 0.75;
  config.pulse.gate_step_volt = 0.05;
  config.pulse.gate_largest_volt = 3.0;
  config.pulse.restart_steps = 4;
  return config;
}

CellStream stream_of(std::uint64_t unit) { return {{3, unit, 0}}; }

PulseEffect set(const CellConfig& cell, const CellTraits& traits, double conductance, double gate_volt) {
  CellStream stream = stream_of(0);
  return apply_pulse(cell, traits, conductance, true, {1.5, gate_volt}, stream);
}

PulseEffect reset(const CellConfig& cell, const CellTraits& traits, double conductance) {
  CellStream stream = stream_of(0);
  return apply_pulse(cell, traits, conductance, false, {1.5, {}}, stream);
}

}  // namespace

TEST_CASE("A SET raises a cell to the level of its gate voltage, and no cell above it") {
  CHECK(set(quiet_cell(), {}, 6.0, 1.5).conductance == Approx(50.0));
  CHECK(set(quiet_cell(), {}, 49.0, 1.5).conductance == Approx(50.0));
  CHECK(set(quiet_cell(), {}, 51.0, 1.5).conductance == 51.0);
  CHECK(set(quiet_cell(), {1.2F, 1.0F}, 6.0, 1.5).conductance == Approx(60.0));
  CHECK(set(quiet_cell(), {}, 6.0, 3.0).conductance == 90.0);
  CHECK(set(quiet_cell(), {}, 6.0, 0.4).conductance == 6.0);
}

TEST_CASE("A RESET lowers a cell to what it leaves, and no cell below it") {
  CHECK(reset(quiet_cell(), {}, 80.0).conductance == 6.0);
  CHECK(reset(quiet_cell(), {}, 5.5).conductance == 5.5);
  CellConfig cell = quiet_cell();
  cell.gate_controlled.reset_microsiemens = 1.0;
  CHECK(reset(cell, {}, 80.0).conductance == 5.0);
}

TEST_CASE("The gate voltage of a level is the one whose SETs reach it") {
  const CellConfig cell = quiet_cell();
  CHECK(gate_volt_of_level(cell.gate_controlled, 50.0) == 1.5);
  CHECK(set(cell, {}, 6.0, gate_volt_of_level(cell.gate_controlled, 33.0)).conductance == Approx(33.0));
}

TEST_CASE("A SET draws the current that the transistor lets through, a RESET what the cell conducts") {
  CellConfig cell = quiet_cell();
  // 0.25 V across 50 uS, whether the cell grows to it or conducts more already.
  CHECK(set(cell, {}, 6.0, 1.5).ampere == Approx(0.25 * 50e-6));
  CHECK(set(cell, {}, 80.0, 1.5).ampere == Approx(0.25 * 50e-6));
  // The transistor would pass 31 uA, the cell at its limit of 7 uS takes 10.5 uA at 1.5 V.
  cell.limit_high_microsiemens = 7.0;
  CHECK(set(cell, {}, 6.0, 3.0).ampere == Approx(1.5 * 7e-6));
  cell = quiet_cell();
  cell.access_transistor_ohm = 5000.0;
  CHECK(reset(cell, {}, 40.0).ampere == Approx(1.5 * 40e-6 / 1.2));
}

TEST_CASE("A stuck cell takes current and stays") {
  CHECK(set(quiet_cell(), {0.0F, 0.0F}, 5.0, 2.0).conductance == 5.0);
  CHECK(set(quiet_cell(), {0.0F, 0.0F}, 5.0, 2.0).ampere == Approx(1.5 * 5e-6));
  CHECK(reset(quiet_cell(), {0.0F, 0.0F}, 90.0).conductance == 90.0);
}

TEST_CASE("Levels are normal about their mean, what a RESET leaves is log-normal, cells' slopes are log-normal") {
  CellConfig cell = quiet_cell();
  cell.gate_controlled.landing_noise_microsiemens = 4.0;
  cell.gate_controlled.reset_spread = 0.3;
  cell.gate_controlled.device_to_device = 0.2;
  cell.limit_low_microsiemens = 0.5;
  CellStream stream = stream_of(1);
  std::vector<double> levels;
  std::vector<double> resets;
  std::vector<double> slopes;
  for (std::size_t draw = 0; draw < draws; ++draw) {
    const double level = apply_pulse(cell, {1.1F, 1.0F}, 5.0, true, {1.5, 1.5}, stream).conductance;
    levels.push_back((level - 55.0) / 4.0);
    resets.push_back(std::log(apply_pulse(cell, {}, 90.0, false, {1.5, {}}, stream).conductance / 6.0) / 0.3);
    slopes.push_back(std::log(test::draw_traits(cell, 3, draw).set_factor) / 0.2);
  }
  for (const std::vector<double>& values : {levels, resets, slopes}) {
    CHECK(std::abs(moment(values, 0.0, 1)) < 4.0 / std::sqrt(draws));
    CHECK(kolmogorov_smirnov_distance(values, normal_distribution) < critical_distance(values.size()));
  }
}

TEST_CASE("Without noise a fresh cell climbs by one gate step a pulse until it enters the tolerance") {
  CellStream stream = stream_of(2);
  const CellWrite write = write_cell(quiet_cell(), gate_stepped(), {}, 10.0, {40.0, 2.0}, stream);
  REQUIRE(write.converged);
  // 12.5, 15 ... 40 uS is the twelfth, and 37.5 uS is 2.5 uS away.
  REQUIRE(write.pulses.size() == 12);
  double joule = 0.0;
  for (std::size_t pulse = 0; pulse < 12; ++pulse) {
    const double level = 12.5 + 2.5 * static_cast<double>(pulse);
    CHECK(write.pulses[pulse].set);
    CHECK(write.pulses[pulse].gate_volt.value() == Approx(0.75 + 0.05 * static_cast<double>(pulse)));
    CHECK(write.pulses[pulse].conductance == Approx(level));
    joule += 1.5 * 0.25 * level * 1e-6 * 50e-9;
  }
  CHECK(write.pulse_energy_joule == Approx(joule));
}

TEST_CASE("A cell above its target is reset and climbs again from the steps left") {
  CellStream stream = stream_of(3);
  const CellWrite write = write_cell(quiet_cell(), gate_stepped(), {}, 60.0, {20.0, 1.0}, stream);
  REQUIRE(write.pulses.size() == 5);  // RESET to 6 uS, SETs of 12.5, 15, 17.5 and 20 uS
  CHECK_FALSE(write.pulses[0].set);
  CHECK(write.pulses[0].conductance == 6.0);
  CHECK(write.pulses[4].conductance == Approx(20.0));
  CHECK(write.pulse_energy_joule ==
        Approx((1.5 * 1.5 * 60.0 + 1.5 * 0.25 * (12.5 + 15.0 + 17.5 + 20.0)) * 1e-6 * 50e-9));
}

TEST_CASE("Cells written together that need different gate voltages take turns") {
  CellConfig cell = quiet_cell();
  CellArray array(cell, 1, 0, 1, 3);
  WriteVerifyConfig config = gate_stepped();
  config.parallel_cells = 3;
  const Eigen::MatrixXf tolerance = Eigen::MatrixXf::Constant(1, 3, 1.0F);
  array.write(config, Eigen::MatrixXf{{10.0F, 60.0F, 60.0F}}, tolerance, 0);
  // A cell climbs from 10 uS while the others are reset first: they are one gate voltage behind.
  const ArrayWrite write = array.write(config, Eigen::MatrixXf{{30.0F, 30.0F, 30.0F}}, tolerance, 1);
  // 8 SETs to 30 uS, of two cells behind a RESET: a SET and RESETs, seven rounds of SETs at two gate voltages, a last
  // one at one.
  const WriteRounds& rounds = write.rounds;
  CHECK(rounds.set_pulses == 3 * 8);
  CHECK(rounds.reset_pulses == 2);
  CHECK(rounds.set_phases == 1 + 7 * 2 + 1);
  CHECK(rounds.reset_phases == 1);
  CHECK(rounds.reads == std::vector<std::uint64_t>{0, 0, 1, 9});
}
