#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>

#include "models/physics/cell_array.hpp"
#include "tests/support/noisy_cell.hpp"
#include "tests/support/numpy_reference.hpp"
#include "tests/support/write_sums.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

constexpr Eigen::Index side = 128;
constexpr float low_limit = 5.0F;
constexpr float high_limit = 90.0F;

FaultConfig shares(double low, double high) {
  FaultConfig faults;
  faults.stuck_low_share = low;
  faults.stuck_high_share = high;
  return faults;
}

CellArray array_with(const FaultConfig& faults, std::uint32_t unit = 0, Eigen::Index size = side) {
  return {noisy_cell(), 1, unit, static_cast<std::uint32_t>(size), static_cast<std::uint32_t>(size), faults};
}

ArrayWrite write_all(CellArray& array, float target, const WriteVerifyConfig& config = {}) {
  const auto all = [&](float value) { return Eigen::MatrixXf::Constant(array.rows(), array.columns(), value); };
  return array.write(config, all(target), all(2.0F), 0);
}

Eigen::Index cells_at(const CellArray& array, float conductance) {
  return (array.conductances().array() == conductance).count();
}

/// How far `count` of all cells is from that share of them, in standard deviations of the binomial distribution.
double deviation(Eigen::Index count, double share) {
  const auto cells = static_cast<double>(side * side);
  return std::abs(static_cast<double>(count) - share * cells) / std::sqrt(share * (1.0 - share) * cells);
}

}  // namespace

TEST_CASE("Stuck cells are binomial with their shares, and stand at the limits") {
  for (const auto& [low, high] : {std::pair{0.02, 0.01}, std::pair{0.001, 0.1}, std::pair{0.3, 0.2}}) {
    const CellArray array = array_with(shares(low, high));
    CHECK(deviation(cells_at(array, low_limit), low) < 4.0);
    CHECK(deviation(cells_at(array, high_limit), high) < 4.0);
  }
  CHECK(cells_at(array_with(shares(0.0, 0.0)), 10.0F) == side * side);
  CHECK(cells_at(array_with(shares(0.25, 0.75)), 10.0F) == 0);
}

TEST_CASE("Larger shares keep the stuck cells of smaller ones") {
  const Eigen::MatrixXf few = array_with(shares(0.01, 0.02)).conductances();
  const Eigen::MatrixXf many = array_with(shares(0.05, 0.1)).conductances();
  CHECK((few.array() != 10.0F).select(few.array() - many.array(), 0.0F).isZero(0.0F));
}

TEST_CASE("Arrays have faults of their own") {
  CHECK_FALSE(
      identical(array_with(shares(0.1, 0.1), 0).conductances(), array_with(shares(0.1, 0.1), 1).conductances()));
}

TEST_CASE("Faults change nothing about the other cells") {
  CellArray sound = array_with({});
  CellArray faulty = array_with(shares(0.02, 0.01));
  write_all(sound, 45.0F);
  write_all(faulty, 45.0F);
  const Eigen::MatrixXf written = faulty.conductances();
  const auto works = written.array() != low_limit && written.array() != high_limit;
  CHECK(works.count() > side * side * 9 / 10);
  CHECK(works.select(written.array() - sound.conductances().array(), 0.0F).isZero(0.0F));
}

TEST_CASE("A stuck cell takes every pulse, does not move and counts as failed") {
  WriteVerifyConfig config;
  config.maximum_cycles = 50;
  for (const bool high : {false, true}) {
    CellArray array = array_with(shares(high ? 0.0 : 1.0, high ? 1.0 : 0.0), 0, 4);
    const ArrayWrite write = write_all(array, 45.0F, config);
    const float limit = high ? high_limit : low_limit;
    CHECK(write.failed_cells == 16);
    CHECK(cells_at(array, limit) == 16);
    CHECK(write_sums(write).pulses == 16 * 50);
    CHECK(write.pulse_energy_joule == Approx(16 * 50 * 1.5 * 1.5 * double{limit} * 1e-6 * 100e-9));
  }
}

TEST_CASE("An exact write leaves a stuck cell in place and counts it as failed") {
  WriteVerifyConfig config;
  config.method = WriteMethod::exact;
  CellArray array = array_with(shares(0.5, 0.25), 0, 8);
  const Eigen::MatrixXf before = array.conductances();
  const auto stuck = before.array() == low_limit || before.array() == high_limit;
  REQUIRE(stuck.count() > 32);
  REQUIRE(stuck.count() < 64);
  const ArrayWrite write = write_all(array, 45.0F, config);
  CHECK(identical(array.conductances(), stuck.select(before, 45.0F)));
  CHECK(write.failed_cells == static_cast<std::uint64_t>(stuck.count()));
}

TEST_CASE("A stuck cell that stands where it should needs no pulse") {
  CellConfig cell = noisy_cell();
  cell.read_noise = 0.0;
  CellArray array(cell, 1, 0, 4, 4, shares(0.0, 1.0));
  const ArrayWrite write = write_all(array, 89.0F);
  CHECK(write.failed_cells == 0);
  CHECK(write_sums(write).pulses == 0);
}

TEST_CASE("Stuck cells do not age") {
  CellConfig cell = noisy_cell();
  cell.retention.relaxation_sigma_microsiemens = 1.0;
  cell.retention.exponent = 0.1;
  cell.retention.read_disturb_per_read = 0.1;
  CellArray array(cell, 1, 0, 4, 4, shares(0.5, 0.5));
  const Eigen::MatrixXf before = array.conductances();
  write_all(array, 45.0F);
  array.add_reads(10);
  array.advance(1e6);
  CHECK(identical(array.conductances(), before));
}

TEST_CASE("A map says which cells of its tile are stuck, whatever the shares draw") {
  FaultConfig faults = shares(0.0, 1.0);
  faults.map[3] = {{0, 2, CellState::stuck_low}, {1, 0, CellState::stuck_low}};
  faults.map[4] = {{1, 1, CellState::stuck_low}};
  Eigen::MatrixXf expected = Eigen::MatrixXf::Constant(3, 3, high_limit);
  expected(0, 2) = low_limit;
  expected(1, 0) = low_limit;
  CHECK(identical(array_with(faults, 3, 3).conductances(), expected));
  CHECK(cells_at(array_with(faults, 5, 3), high_limit) == 9);
}

TEST_CASE("Mapped cells outside the part in use have no effect") {
  FaultConfig faults;
  faults.map[0] = {{3, 0, CellState::stuck_low}, {0, 3, CellState::stuck_high}, {2, 2, CellState::stuck_high}};
  const CellArray array = array_with(faults, 0, 3);
  CHECK(cells_at(array, 10.0F) == 8);
  CHECK(array.conductances()(2, 2) == high_limit);
}
