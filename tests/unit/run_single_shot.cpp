#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "sim/run/single_shot.hpp"

using namespace palimpsest;

namespace {

Architecture gate_controlled(std::vector<Override> overrides) {
  overrides.insert(overrides.begin(), {"/resistive_memory", "cells/gate.json"});
  return read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", overrides);
}

/// Without a transistor in series, and without chance unless asked for.
Architecture plain(const std::string& noise, const std::string& device_to_device) {
  const std::string cell = "/resistive_memory/gate_controlled/";
  return gate_controlled({{"/resistive_memory/access_transistor_ohm", "0"},
                          {cell + "landing_noise_microsiemens", noise},
                          {cell + "device_to_device", device_to_device},
                          {cell + "reset_spread", "0"}});
}

}  // namespace

TEST_CASE("Without chance single shots lie on the line that the cell has") {
  const SingleShots shots = single_shots(plain("0", "0"), 2, 1, 1);
  REQUIRE(shots.levels.size() == 129);
  CHECK(shots.levels.front().mean == Approx(10.0));
  CHECK(shots.levels.back().mean == Approx(80.0));
  CHECK(shots.levels.back().gate_volt == Approx(0.66 + 80.0 / 70.0));
  CHECK(shots.slope == Approx(70.0));
  CHECK(shots.r_squared == Approx(1.0));
  CHECK(shots.largest_deviation < 1e-4);
  CHECK(shots.level_distance == Approx(70.0 / 128.0));
  CHECK(shots.mean_deviation < 1e-4);
}

TEST_CASE("Shots of one cell spread as they land, those of many cells as their slopes too") {
  const SingleShots shots = single_shots(plain("2", "0.1"), 4000, 1, 2);
  const SingleShotLevel& middle = shots.levels[64];  // 45 uS
  CHECK(middle.mean == Approx(45.0).margin(4.0 * 2.0 / std::sqrt(4000.0)));
  CHECK(middle.deviation == Approx(2.0).epsilon(4.0 / std::sqrt(8000.0)));
  const double mean_slope = std::exp(0.005);
  const double slope_variance = std::exp(0.02) - std::exp(0.01);
  CHECK(middle.cells_mean == Approx(45.0 * mean_slope).epsilon(0.01));
  CHECK(middle.cells_deviation == Approx(std::sqrt(45.0 * 45.0 * slope_variance + 4.0)).epsilon(0.05));
  CHECK(shots.mean_deviation == Approx(2.0).epsilon(0.01));
}

TEST_CASE("A cell whose levels bend is not on a line") {
  // 3 kiloohm in series take 19 % off the highest level and 3 % off the lowest.
  const SingleShots shots =
      single_shots(gate_controlled({{"/resistive_memory/access_transistor_ohm", "3000"},
                                    {"/resistive_memory/limit_high_microsiemens", "200"},
                                    {"/resistive_memory/window_high_microsiemens", "75"},
                                    {"/resistive_memory/gate_controlled/landing_noise_microsiemens", "0"}}),
                   1, 1, 1);
  CHECK(shots.largest_deviation > 1.0);
  CHECK(shots.r_squared < 0.9995);
}

TEST_CASE("The shipped cell's mean level follows the gate voltage linearly over 128 steps") {
  const SingleShots shots = single_shots(gate_controlled({}), 2000, 1, 2);
  CHECK(shots.levels.size() > 128);
  CHECK(shots.r_squared > 0.9999);
  // Less than the distance between two levels, of which the standard error of a mean is 0.1 uS.
  CHECK(shots.largest_deviation < shots.level_distance);
  // One shot does not tell them apart.
  CHECK(shots.mean_deviation > 5.0 * shots.level_distance);
}

TEST_CASE("Single shots are the same for any number of threads") {
  const Architecture chip = gate_controlled({});
  const SingleShots one = single_shots(chip, 50, 1, 1);
  const SingleShots many = single_shots(chip, 50, 1, 3);
  CHECK(one.slope == many.slope);
  CHECK(one.levels[100].mean == many.levels[100].mean);
  CHECK(single_shots(chip, 50, 2, 1).slope != one.slope);
}
