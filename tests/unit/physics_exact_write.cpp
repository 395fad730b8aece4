#include <catch2/catch.hpp>

#include "models/physics/cell_array.hpp"
#include "tests/support/noisy_cell.hpp"
#include "tests/support/single_cell.hpp"
#include "tests/support/write_sums.hpp"

using namespace palimpsest;

namespace {

/// 40 uS behind 5 kiloohm read as 33.3 uS; all that makes writing uncertain is on.
CellConfig cell_behind_transistor() {
  CellConfig cell = test::noisy_cell();
  cell.access_transistor_ohm = 5000.0;
  return cell;
}

WriteVerifyConfig exact() {
  WriteVerifyConfig config;
  config.method = WriteMethod::exact;
  config.pulse_ns = 50.0;
  config.pulse.schedule = PulseSchedule::stepped;
  config.pulse.set_volt = 1.2;
  config.pulse.reset_volt = 1.3;
  return config;
}

test::CellWrite written(double start, const CellTarget& target) {
  return test::write_cell(cell_behind_transistor(), exact(), {2.0F, 0.5F}, start, target, {});
}

}  // namespace

TEST_CASE("An exact write sets a cell to its target with one pulse and two verify reads") {
  const test::CellWrite write = written(10.0, {1e6 / 30'000.0, 0.001});
  REQUIRE(write.pulses.size() == 1);
  CHECK(write.pulses[0].set);
  CHECK(write.pulses[0].volt == 1.2);
  CHECK(write.pulses[0].conductance == Approx(1e6 / 30'000.0));
  CHECK(write.conductance == Approx(40.0));
  CHECK(write.converged);
  CHECK(write.pulse_energy_joule == Approx(1.2 * 1.2 * (10e-6 / 1.05) * 50e-9));
  CHECK(write.pulse_charge_coulomb == Approx(1.2 * (10e-6 / 1.05) * 50e-9));
  CHECK(write.verified_conductance_microsiemens == Approx(10.0 / 1.05 + 40.0 / 1.2));
}

TEST_CASE("An exact write downwards is one RESET pulse at its own amplitude") {
  const test::CellWrite write = written(40.0, {10.0 / 1.05, 0.001});
  REQUIRE(write.pulses.size() == 1);
  CHECK_FALSE(write.pulses[0].set);
  CHECK(write.pulses[0].volt == 1.3);
  CHECK(write.conductance == Approx(10.0));
  CHECK(write.pulse_energy_joule == Approx(1.3 * 1.3 * (40e-6 / 1.2) * 50e-9));
  CHECK(write.pulse_charge_coulomb == Approx(1.3 * (40e-6 / 1.2) * 50e-9));
}

TEST_CASE("An exact write beyond the cell's limits ends there and fails") {
  const test::CellWrite high = written(10.0, {70.0, 2.0});
  CHECK(high.conductance == Approx(90.0));
  CHECK_FALSE(high.converged);
  const test::CellWrite low = written(10.0, {1.0, 2.0});
  CHECK(low.conductance == Approx(5.0));
  CHECK_FALSE(low.converged);
}

TEST_CASE("An array written exactly holds its targets, with a pulse and two reads of every cell") {
  CellArray array(cell_behind_transistor(), 1, 0, 3, 8);
  const Eigen::MatrixXf targets = Eigen::MatrixXf(Eigen::RowVectorXf::LinSpaced(24, 10.0F, 60.0F)).reshaped(3, 8);
  const ArrayWrite write = array.write(exact(), targets, Eigen::MatrixXf::Constant(3, 8, 2.0F), 0);
  CHECK((array.conductances() - targets).cwiseAbs().maxCoeff() < 1e-5F);
  CHECK(write.failed_cells == 0);
  CHECK(test::write_sums(write).pulses == 24);
  CHECK(test::write_sums(write).reads == 48);
}

TEST_CASE("An exact SET of a gate-controlled cell takes what the transistor lets through, whatever the cell held") {
  CellConfig cell = cell_behind_transistor();
  cell.update = CellUpdate::gate_controlled;
  cell.gate_controlled.compliance_volt = 0.4;
  for (const double start : {10.0, 35.0}) {
    const test::CellWrite write = test::write_cell(cell, exact(), {}, start, {1e6 / 30'000.0, 0.001}, {});
    CHECK(write.pulse_charge_coulomb == Approx(0.4 * 40e-6 * 50e-9));
    CHECK(write.pulse_energy_joule == Approx(1.2 * 0.4 * 40e-6 * 50e-9));
  }
}
