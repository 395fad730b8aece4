#include <catch2/catch.hpp>
#include <cmath>

#include "models/physics/access_transistor.hpp"
#include "models/physics/cell_array.hpp"
#include "models/physics/write_verify.hpp"
#include "tests/support/single_cell.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

/// 40 uS behind 5 kiloohm: G R = 0.2.
constexpr double ohm = 5000.0;

CellConfig quiet_cell() {
  CellConfig cell;
  cell.soft_bound.set_step_microsiemens = 30.0;
  cell.soft_bound.reset_step_microsiemens = 30.0;
  cell.soft_bound.volts_per_e_fold = 0.5;
  cell.access_transistor_ohm = ohm;
  return cell;
}

CellStream stream_of(std::uint64_t unit) { return {{1, unit, 0}}; }

}  // namespace

TEST_CASE("A read sees the cell and its transistor in series") {
  CHECK(conductance_through(ohm, 40.0) == Approx(1e6 / (1e6 / 40.0 + ohm)));
  CHECK(conductance_through(ohm, 40.0) == Approx(40.0 / 1.2));
  CHECK(conductance_through(ohm, 0.0) == 0.0);
  CHECK(conductance_through(0.0, 40.0) == 40.0);
}

TEST_CASE("The conductance behind a transistor is the one that is read through it") {
  for (const double cell : {0.0, 5.0, 40.0, 90.0}) {
    CHECK(conductance_behind(ohm, conductance_through(ohm, cell)) == Approx(cell));
  }
  CHECK(conductance_behind(0.0, 40.0) == 40.0);
}

TEST_CASE("Cell and transistor share the voltage as their resistances") {
  CHECK(volt_behind(ohm, 40.0, 1.5) == Approx(1.5 * 25'000.0 / 30'000.0));
  CHECK(volt_behind(0.0, 40.0, 1.5) == 1.5);
}

TEST_CASE("Write-verify reads, targets and prices the cell through its transistor, and pulses the cell behind it") {
  WriteVerifyConfig config;
  config.pulse_ns = 50.0;
  const CellStream stream = stream_of(0);
  const double after = 10.0 + 30.0 * std::exp((1.5 / 1.05 - 1.5) / 0.5) * 80.0 / 85.0;
  const double seen = after / (1.0 + after * 1e-6 * ohm);
  const CellWrite write = write_cell(quiet_cell(), config, {}, 10.0, {seen + 0.9, 1.0}, stream);
  REQUIRE(write.pulses.size() == 1);
  CHECK(write.converged);
  CHECK(write.conductance == Approx(after));
  CHECK(write.pulses[0].volt == 1.5);
  CHECK(write.pulses[0].conductance == Approx(seen));
  CHECK(write.pulse_energy_joule == Approx(1.5 * 1.5 * (10e-6 / 1.05) * 50e-9));
  CHECK(write.verified_conductance_microsiemens == Approx(10.0 / 1.05 + seen));
}

TEST_CASE("Write-verify compensates the transistor: what is read is on target, the cell behind it is higher") {
  CellConfig cell = quiet_cell();
  cell.limit_high_microsiemens = 200.0;
  cell.soft_bound.cycle_to_cycle = 0.6;
  CellArray array(cell, 1, 0, 4, 8);
  const Eigen::MatrixXf targets = Eigen::MatrixXf::Constant(4, 8, 60.0F);
  const ArrayWrite write = array.write({}, targets, Eigen::MatrixXf::Constant(4, 8, 2.0F), 0);
  CHECK(write.failed_cells == 0);
  CHECK((array.conductances() - targets).cwiseAbs().maxCoeff() <= 2.001F);
}

TEST_CASE("A target that the transistor puts out of reach fails") {
  WriteVerifyConfig config;
  config.maximum_cycles = 200;
  const CellStream stream = stream_of(0);
  // 90 uS, the highest the cell reaches, reads as 62.1 uS.
  CHECK_FALSE(write_cell(quiet_cell(), config, {}, 10.0, {65.0, 2.0}, stream).converged);
}

TEST_CASE("An array shows fresh and written cells as they are read, and a read back prices them so") {
  CellArray array(quiet_cell(), 1, 0, 2, 3);
  CHECK((array.conductances().array() - 10.0F).abs().maxCoeff() < 1e-5F);
  array.write({}, Eigen::MatrixXf::Constant(2, 3, 30.0F), Eigen::MatrixXf::Constant(2, 3, 8.0F), 0);
  CHECK(array.read_back({}).verified_microsiemens == Approx(array.conductances().cast<double>().sum()));
}

TEST_CASE("Written again within the tolerance, a cell behind a transistor is left alone") {
  CellArray array(quiet_cell(), 1, 0, 1, 1);
  const Eigen::MatrixXf tolerance = Eigen::MatrixXf::Constant(1, 1, 8.0F);
  array.write({}, Eigen::MatrixXf::Constant(1, 1, 30.0F), tolerance, 0);
  const std::uint64_t pulses = array.wear().all_kinds().largest_pulse_count;
  const Eigen::MatrixXf before = array.conductances();
  array.write({}, before, tolerance, 1);
  CHECK(array.wear().all_kinds().largest_pulse_count == pulses);
  CHECK(array.conductances() == before);
}
