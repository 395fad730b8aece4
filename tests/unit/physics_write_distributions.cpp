#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <vector>

#include "models/physics/write_verify.hpp"
#include "tests/support/distribution.hpp"
#include "tests/support/single_cell.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

constexpr std::size_t draws = 20'000;
const double per_root_n = 1.0 / std::sqrt(static_cast<double>(draws));

// Half way between the limits of 5 and 90 uS a step is half of that at the limit: 8.5 and 17 uS.
constexpr double middle = 47.5;
constexpr double nominal_volt = 1.5;

CellConfig cell_with(double cycle_to_cycle, double device_to_device, double read_noise) {
  CellConfig cell;
  cell.soft_bound.set_step_microsiemens = 17.0;
  cell.soft_bound.reset_step_microsiemens = 34.0;
  cell.soft_bound.cycle_to_cycle = cycle_to_cycle;
  cell.soft_bound.device_to_device = device_to_device;
  cell.read_noise = read_noise;
  return cell;
}

CellStream pulse_stream(std::uint64_t cell) { return {{7, cell, 0}}; }

CellTraits traits_of(const CellConfig& config, std::uint64_t cell) { return test::draw_traits(config, 7, cell); }

/// Fails unless `values` have the first four moments of a standard normal number, and its distribution.
void check_standard_normal(const std::vector<double>& values) {
  CHECK(std::abs(moment(values, 0.0, 1)) < 4.0 * per_root_n);
  CHECK(std::abs(moment(values, 0.0, 2) - 1.0) < 4.0 * std::sqrt(2.0) * per_root_n);
  CHECK(std::abs(moment(values, 0.0, 3)) < 4.0 * std::sqrt(15.0) * per_root_n);
  CHECK(std::abs(moment(values, 0.0, 4) - 3.0) < 4.0 * std::sqrt(96.0) * per_root_n);
  CHECK(kolmogorov_smirnov_distance(values, normal_distribution) < critical_distance(values.size()));
}

/// First pulse of each of many cells at the middle, towards a target out of reach.
std::vector<double> first_steps(const CellConfig& config, bool set) {
  WriteVerifyConfig programmer;
  programmer.maximum_cycles = 1;
  const CellTarget target{set ? 80.0 : 10.0, 0.001};
  std::vector<double> steps;
  for (std::uint64_t cell = 0; cell < draws; ++cell) {
    CellStream stream = pulse_stream(cell);
    const CellWrite write = write_cell(config, programmer, traits_of(config, cell), middle, target, stream);
    REQUIRE(write.pulses.size() == 1);
    REQUIRE(write.pulses[0].set == set);
    steps.push_back((write.conductance - middle) * (set ? 1.0 : -1.0));
  }
  return steps;
}

}  // namespace

TEST_CASE("Steps of one device are normal about its mean step, whatever conductance and amplitude") {
  const CellConfig config = cell_with(0.25, 0.0, 0.0);
  for (const double conductance : {20.0, middle, 70.0}) {
    for (const double volt : {nominal_volt, nominal_volt - 0.1}) {
      CellStream stream = pulse_stream(static_cast<std::uint64_t>(conductance));
      const double factor = std::exp((volt - nominal_volt) / config.soft_bound.volts_per_e_fold);
      const double up = 17.0 * factor * (90.0 - conductance) / 85.0;
      const double down = 34.0 * factor * (conductance - 5.0) / 85.0;
      std::vector<double> set;
      std::vector<double> reset;
      for (std::size_t draw = 0; draw < draws; ++draw) {
        set.push_back(((after_set(config, {}, conductance, volt, stream) - conductance) / up - 1.0) / 0.25);
        reset.push_back(((conductance - after_reset(config, {}, conductance, volt, stream)) / down - 1.0) / 0.25);
      }
      check_standard_normal(set);
      check_standard_normal(reset);
    }
  }
}

TEST_CASE("Pulses of one device vary independently of each other") {
  const CellConfig config = cell_with(0.25, 0.0, 0.0);
  CellStream stream = pulse_stream(0);
  double products = 0.0;
  double before = 0.0;
  for (std::size_t draw = 0; draw < draws; ++draw) {
    const double now = (after_set(config, {}, middle, nominal_volt, stream) - middle) / 8.5 - 1.0;
    products += before * now;
    before = now;
  }
  CHECK(std::abs(products / static_cast<double>(draws)) < 4.0 * 0.25 * 0.25 * per_root_n);
}

TEST_CASE("Device-to-device factors are log-normal with median 1, for SET and RESET apart") {
  const CellConfig config = cell_with(0.0, 0.3, 0.0);
  std::vector<double> set;
  std::vector<double> reset;
  double products = 0.0;
  for (std::uint64_t cell = 0; cell < draws; ++cell) {
    const CellTraits traits = traits_of(config, cell);
    set.push_back(std::log(traits.set_factor) / 0.3);
    reset.push_back(std::log(traits.reset_factor) / 0.3);
    products += set.back() * reset.back();
  }
  check_standard_normal(set);
  check_standard_normal(reset);
  CHECK(std::abs(products / static_cast<double>(draws)) < 4.0 * per_root_n);
}

TEST_CASE("First steps over many devices have the mean and variance of both variations together") {
  const CellConfig config = cell_with(0.25, 0.2, 0.0);
  // Log-normal factor d and normal factor c: E[d c] = exp(s^2/2), E[d^2 c^2] = exp(2 s^2) (1 + 0.25^2).
  const double mean = std::exp(0.02);
  const double variance = std::exp(0.08) * (1.0 + 0.0625) - mean * mean;
  for (const bool set : {true, false}) {
    std::vector<double> steps = first_steps(config, set);
    for (double& step : steps) step /= set ? 8.5 : 17.0;
    CHECK(std::abs(moment(steps, 0.0, 1) - mean) < 4.0 * std::sqrt(variance) * per_root_n);
    // The tails are a little heavier than normal ones: 6 in place of 4 standard errors.
    CHECK(std::abs(moment(steps, mean, 2) / variance - 1.0) < 6.0 * std::sqrt(2.0) * per_root_n);
  }
}

TEST_CASE("First steps of alike devices follow the normal distribution") {
  for (const bool set : {true, false}) {
    std::vector<double> steps = first_steps(cell_with(0.25, 0.0, 0.0), set);
    for (double& step : steps) step = (step / (set ? 8.5 : 17.0) - 1.0) / 0.25;
    check_standard_normal(steps);
  }
}

TEST_CASE("Verify reads follow the normal distribution about the conductance, relative to it") {
  // A first pulse is a SET if the read was below the target: the share of SETs is the reads' distribution there.
  WriteVerifyConfig programmer;
  programmer.maximum_cycles = 1;
  const CellConfig config = cell_with(0.0, 0.0, 0.02);
  for (const double conductance : {20.0, 60.0}) {
    const double deviation = 0.02 * conductance;
    double distance = 0.0;
    for (int grid = -30; grid <= 30; ++grid) {
      const double target = conductance + 0.1 * grid * deviation;
      std::size_t below = 0;
      for (std::uint64_t cell = 0; cell < draws; ++cell) {
        CellStream stream = pulse_stream(cell);
        const CellWrite write = write_cell(config, programmer, {}, conductance, {target, 0.0}, stream);
        // Now and then a read is the target to the bit.
        below += write.pulses.empty() || write.pulses[0].set ? 1 : 0;
      }
      const double share = static_cast<double>(below) / static_cast<double>(draws);
      distance = std::max(distance, std::abs(share - normal_distribution(0.1 * grid)));
    }
    CHECK(distance < critical_distance(draws));
    CHECK(distance > 0.0);
  }
}

TEST_CASE("A cell on its target is left alone with the probability that a noisy read is within the tolerance") {
  const CellConfig config = cell_with(0.0, 0.0, 0.02);
  WriteVerifyConfig programmer;
  programmer.maximum_cycles = 0;
  for (const double tolerance : {0.5, 1.0, 2.0}) {
    std::size_t converged = 0;
    for (std::uint64_t cell = 0; cell < draws; ++cell) {
      CellStream stream = pulse_stream(cell);
      converged += write_cell(config, programmer, {}, 50.0, {50.0, tolerance}, stream).converged ? 1 : 0;
    }
    // The read's standard deviation is 1 uS.
    const double expected = 2.0 * normal_distribution(tolerance) - 1.0;
    const double error = std::sqrt(expected * (1.0 - expected)) * per_root_n;
    CHECK(std::abs(static_cast<double>(converged) / static_cast<double>(draws) - expected) < 4.0 * error);
  }
}
