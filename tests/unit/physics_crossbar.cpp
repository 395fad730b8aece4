#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cstdint>

#include "models/physics/crossbar.hpp"
#include "models/physics/quantize.hpp"
#include "models/physics/random.hpp"
#include "tests/support/array_read.hpp"
#include "tests/support/numpy_reference.hpp"
#include "tests/support/sense_lines.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

// Voltages as the DAC bank puts them on the lines.
Eigen::MatrixXf reference_volts(const nlohmann::json& reference) {
  std::uint64_t saturated = 0;
  const int bits = reference.at("dac_bits");
  return quantize_codes(matrix_of(reference.at("x")), reference.at("full_scale"), bits, saturated) *
         (reference.at("full_scale_volt").get<float>() / static_cast<float>(largest_code(bits)));
}

/// The last column is the reference.
Crossbar quiet_crossbar(const Eigen::MatrixXf& conductances) {
  return {conductances, against_last_column(static_cast<std::uint32_t>(conductances.cols())), 0.0};
}

/// Heat in cells and wires, joule.
double energy_of(const Crossbar& crossbar, const Eigen::MatrixXf& volts, double read_s) {
  return read_array(crossbar, volts).power.dissipated_microwatt * 1e-6 * read_s;
}

double supply_microampere(const Crossbar& crossbar, const Eigen::MatrixXf& volts) {
  return read_array(crossbar, volts).power.supply_microampere;
}

}  // namespace

TEST_CASE("DAC codes are numpy's") {
  const nlohmann::json reference = numpy_reference("crossbar");
  std::uint64_t saturated = 0;
  CHECK(identical(
      quantize_codes(matrix_of(reference.at("x")), reference.at("full_scale"), reference.at("dac_bits"), saturated),
      matrix_of(reference.at("dac_codes"))));
  CHECK(saturated == reference.at("dac_saturated").get<std::uint64_t>());
}

TEST_CASE("Column currents less the reference current are numpy's") {
  const nlohmann::json reference = numpy_reference("crossbar");
  const Crossbar crossbar = quiet_crossbar(matrix_of(reference.at("conductances")));
  CHECK(largest_difference(crossbar.currents(reference_volts(reference)), matrix_of(reference.at("currents"))) < 1e-5F);
}

TEST_CASE("ADC codes of the column currents are numpy's") {
  const nlohmann::json reference = numpy_reference("crossbar");
  const Crossbar crossbar = quiet_crossbar(matrix_of(reference.at("conductances")));
  std::uint64_t saturated = 0;
  CHECK(identical(quantize_codes(crossbar.currents(reference_volts(reference)), reference.at("adc_full_scale"),
                                 reference.at("adc_bits"), saturated),
                  matrix_of(reference.at("adc_codes"))));
  CHECK(saturated == reference.at("adc_saturated").get<std::uint64_t>());
}

TEST_CASE("The cells' energy is numpy's sum of V^2 G t") {
  const nlohmann::json reference = numpy_reference("crossbar");
  const Crossbar crossbar = quiet_crossbar(matrix_of(reference.at("conductances")));
  CHECK(energy_of(crossbar, reference_volts(reference), reference.at("read_s")) ==
        Approx(reference.at("energy_joule").get<double>()).epsilon(1e-6));
}

TEST_CASE("A cell and its reference cell take V^2 G t each") {
  // 0.2 V over 45 uS for 100 ns: 180 fJ.
  const Crossbar crossbar = quiet_crossbar(Eigen::MatrixXf::Constant(1, 2, 45.0F));
  CHECK(energy_of(crossbar, Eigen::MatrixXf::Constant(1, 1, 0.2F), 100e-9) == Approx(2 * 180e-15).epsilon(1e-6));
  CHECK(energy_of(crossbar, Eigen::MatrixXf::Constant(1, 1, -0.1F), 100e-9) == Approx(2 * 45e-15).epsilon(1e-6));
  CHECK(energy_of(crossbar, Eigen::MatrixXf::Zero(1, 1), 100e-9) == 0.0);
}

TEST_CASE("A current in microampere is volt times microsiemens") {
  const Crossbar crossbar = quiet_crossbar(Eigen::MatrixXf{{80.0F, 45.0F}, {10.0F, 45.0F}});
  const Eigen::MatrixXf volts{{0.2F, 0.0F}, {0.0F, 0.2F}, {-0.2F, 0.1F}};
  const Eigen::MatrixXf expected{{7.0F}, {-7.0F}, {-10.5F}};
  CHECK(largest_difference(crossbar.currents(volts), expected) < 1e-5F);
}

TEST_CASE("Cells at the reference conductance give no current") {
  const Eigen::VectorXf reference{{44.0F, 45.0F, 46.5F}};
  const Crossbar crossbar = quiet_crossbar(reference.replicate(1, 4));
  CHECK(crossbar.currents(LineVolts(Eigen::MatrixXf::Constant(5, 3, 0.2F))).isZero(0.0F));
}

TEST_CASE("Wires change what a product sees and what the drivers deliver") {
  const Eigen::MatrixXf cells{{80.0F, 12.0F, 45.0F}, {20.0F, 33.0F, 45.0F}, {55.0F, 71.0F, 45.0F}};
  const Eigen::MatrixXf volts{{0.2F, -0.13F, 0.07F}, {0.1F, 0.2F, 0.2F}};
  const WireConfig wires{100.0, 150.0, 50.0, 20.0};
  for (const IrDropModel model : {IrDropModel::off, IrDropModel::first_order, IrDropModel::exact}) {
    const ArrayConductances array = effective_conductances(cells.cast<double>(), wires, model);
    const Crossbar crossbar(cells, against_last_column(3), 0.0, wires, model);
    const Eigen::MatrixXf columns = volts * array.effective.cast<float>();
    CHECK(largest_difference(crossbar.currents(volts), columns.leftCols(2).colwise() - columns.col(2)) < 1e-5F);
    CHECK(energy_of(crossbar, volts, 100e-9) ==
          Approx(driver_power_microwatt(array.driver, volts.cast<double>()) * 1e-6 * 100e-9).epsilon(1e-5));
  }
}

TEST_CASE("The supply delivers all current that voltages of one sign drive") {
  const Eigen::MatrixXf cells{{80.0F, 12.0F, 45.0F}, {20.0F, 33.0F, 45.0F}};
  const Crossbar crossbar = quiet_crossbar(cells);
  const double current = 0.2 * (80.0 + 12.0 + 45.0) + 0.1 * (20.0 + 33.0 + 45.0);
  CHECK(supply_microampere(crossbar, Eigen::MatrixXf{{0.2F, 0.1F}}) == Approx(current).epsilon(1e-6));
  CHECK(supply_microampere(crossbar, Eigen::MatrixXf{{-0.2F, -0.1F}}) == Approx(current).epsilon(1e-6));
  // 0.2 V from 1.8 V: nine times what the cells turn into heat.
  const Eigen::MatrixXf full{{0.2F, 0.2F}};
  CHECK(1.8 * supply_microampere(crossbar, full) * 1e-6 * 100e-9 ==
        Approx(9.0 * energy_of(crossbar, full, 100e-9)).epsilon(1e-6));
}

TEST_CASE("Current that one line passes to another is delivered once") {
  // All current of the row at 0.2 V flows into the row at -0.2 V: no amplifier takes any.
  const Crossbar crossbar = quiet_crossbar(Eigen::MatrixXf::Constant(2, 3, 45.0F));
  CHECK(supply_microampere(crossbar, Eigen::MatrixXf{{0.2F, -0.2F}}) == Approx(0.2 * 3 * 45.0).epsilon(1e-6));
}

TEST_CASE("The supply's current is what flows from it into rows at positive voltages and into columns that take some") {
  const Eigen::MatrixXf cells{{80.0F, 12.0F, 45.0F}, {20.0F, 33.0F, 45.0F}, {55.0F, 71.0F, 45.0F}};
  const Eigen::MatrixXf volts{{0.2F, -0.13F, 0.07F}, {0.05F, 0.2F, -0.2F}, {-0.1F, 0.0F, -0.02F}};
  const WireConfig wires{100.0, 150.0, 50.0, 20.0};
  const ArrayConductances array = effective_conductances(cells.cast<double>(), wires, IrDropModel::exact);
  const Crossbar crossbar(cells, against_last_column(3), 0.0, wires, IrDropModel::exact);
  const double rows = (volts.cast<double>() * array.driver).cwiseMax(0.0).sum();
  const double columns = -(volts.cast<double>() * array.effective).cwiseMin(0.0).sum();
  CHECK(supply_microampere(crossbar, volts) == Approx(rows + columns).epsilon(1e-6));
}

TEST_CASE("With voltages of random signs the supply delivers between half and all of the rows' currents") {
  RandomStream stream(1, RandomPurpose::dac_noise, 0, 0);
  const Eigen::MatrixXf cells = (normal_matrix(stream, 128, 65).array().abs() * 10.0F + 10.0F).matrix();
  const Eigen::MatrixXf volts = 0.2F * normal_matrix(stream, 50, 128).array().sign().matrix();
  const double rows = 50.0 * 0.2 * double{cells.sum()};
  const double supply = supply_microampere(quiet_crossbar(cells), volts);
  CHECK(supply > 0.5 * rows);
  CHECK(supply < 0.6 * rows);
}

TEST_CASE("A line's amplifier sees the conductance of both its columns") {
  const Crossbar crossbar = quiet_crossbar(Eigen::MatrixXf{{80.0F, 12.0F, 45.0F}, {20.0F, 33.0F, 45.5F}});
  CHECK(crossbar.line_conductances()(0) == Approx(100.0 + 90.5));
  CHECK(crossbar.line_conductances()(1) == Approx(45.0 + 90.5));
}
