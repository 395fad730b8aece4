#include "models/physics/ir_drop.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/SparseCholesky>
#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/number_table.hpp"
#include "tests/support/resistor_network.hpp"
#include "tests/support/simd_targets.hpp"

using namespace palimpsest;
using namespace palimpsest::test;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

const WireConfig unequal_wires{1.5, 4.0, 300.0, 120.0};

/// Cells of 10-80 uS; every seventh does not conduct.
MatrixXd random_cells(Index rows, Index columns) {
  std::mt19937 engine(static_cast<unsigned>(1000 * rows + columns));
  std::uniform_real_distribution<double> window(10.0, 80.0);
  MatrixXd cells = MatrixXd::NullaryExpr(rows, columns, [&] { return window(engine); });
  for (Index cell = 3; cell < cells.size(); cell += 7) cells(cell) = 0.0;
  return cells;
}

/// Largest difference of any two elements, relative to the largest of `expected`.
double deviation(const MatrixXd& values, const MatrixXd& expected) {
  if (values.rows() != expected.rows() || values.cols() != expected.cols())
    return std::numeric_limits<double>::infinity();
  return (values - expected).cwiseAbs().maxCoeff() / expected.cwiseAbs().maxCoeff();
}

/// Potentials of the network's unknown nodes for one volt at each of the sources, by general nodal analysis.
MatrixXd nodal_potentials(const ResistorNetwork& network) {
  return Eigen::SimplicialLLT<Eigen::SparseMatrix<double>>(network.admittance()).solve(network.injected());
}

/// The effective conductances by dense nodal analysis in long double, for the admittances to be exact enough.
MatrixXd effective_in_long_double(const ResistorNetwork& network, Index columns) {
  using LongMatrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;
  LongMatrix admittance = LongMatrix::Zero(network.nodes(), network.nodes());
  for (const Resistor& resistor : network.resistors()) {
    const long double microsiemens = resistor.microsiemens;
    admittance(resistor.from, resistor.from) += microsiemens;
    admittance(resistor.to, resistor.to) += microsiemens;
    admittance(resistor.from, resistor.to) -= microsiemens;
    admittance(resistor.to, resistor.from) -= microsiemens;
  }
  const Index unknowns = network.unknowns();
  const LongMatrix potentials =
      admittance.topLeftCorner(unknowns, unknowns).llt().solve(LongMatrix(network.injected().cast<long double>()));
  const LongMatrix currents = -admittance.bottomLeftCorner(columns, unknowns) * potentials;
  return currents.transpose().cast<double>();
}

/// Largest difference between the solved array and general nodal analysis, of either matrix.
double deviation_from_nodal_analysis(const MatrixXd& cells, const WireConfig& wires) {
  const ResistorNetwork network(cells, wires);
  const ArrayConductances expected = network.conductances(nodal_potentials(network));
  const ArrayConductances solved = effective_conductances(cells, wires, IrDropModel::exact);
  return std::max(deviation(solved.effective, expected.effective), deviation(solved.driver, expected.driver));
}

}  // namespace

TEST_CASE("Column currents are those of the independent references") {
  const std::string name = GENERATE("n8_r2.5_full", "n32_r2.5_full");
  const std::string directory = PALIMPSEST_SOURCE_DIR "/tests/support/irdrop/";
  const MatrixXd cells = 1e6 * number_table(directory + "conductance_" + name + ".csv");
  const MatrixXd volts = number_table(directory + "voltage_" + name + ".csv");
  const MatrixXd currents = 1e6 * number_table(directory + "current_" + name + ".csv", 1);
  const WireConfig wires{2.5, 2.5, 0.0, 0.0};
  const auto error = [&](IrDropModel model, Index column) {
    const MatrixXd solved = effective_conductances(cells, wires, model).effective.transpose() * volts;
    return (solved.array() / currents.col(column).array() - 1.0).abs().maxCoeff();
  };
  CHECK(error(IrDropModel::off, 1) < 1e-12);
  CHECK(error(IrDropModel::exact, 2) < 1e-12);
  // The drop itself takes up to 0.8 % of a current in the small array, up to 10 % in the larger.
  CHECK(error(IrDropModel::first_order, 2) < (cells.rows() == 8 ? 1e-5 : 1e-3));
}

TEST_CASE("Effective and driver conductances are those of a general nodal analysis, whatever the array's shape") {
  const auto [rows, columns] = GENERATE(table<Index, Index>({{1, 1},
                                                             {1, 9},
                                                             {9, 1},
                                                             {3, 4},
                                                             {8, 8},
                                                             {8, 9},
                                                             {16, 8},
                                                             {7, 13},
                                                             {2, 150},
                                                             {150, 2},
                                                             {17, 17},
                                                             {40, 23},
                                                             {47, 96}}));
  CAPTURE(rows, columns);
  CHECK(deviation_from_nodal_analysis(random_cells(rows, columns), unequal_wires) < 1e-10);
}

TEST_CASE("Resistances far above the cells' are solved as exactly") {
  const WireConfig wires =
      GENERATE(WireConfig{1e6, 1e6, 1e6, 1e6}, WireConfig{1.0, 1.0, 1e6, 1e6}, WireConfig{1e6, 1e6, 0.0, 0.0});
  CAPTURE(wires.row_segment_ohm, wires.driver_ohm);
  CHECK(deviation_from_nodal_analysis(random_cells(9, 13), wires) < 1e-10);
}

TEST_CASE("Elements that are small beside others are as exact, and so are small resistances beside large ones") {
  const WireConfig wires =
      GENERATE(WireConfig{1e6, 1e6, 0.0, 0.0}, WireConfig{1e-3, 1e-3, 0.0, 0.0}, WireConfig{1e-3, 1e5, 300.0, 0.0});
  const MatrixXd cells = random_cells(9, 13);
  const MatrixXd expected = effective_in_long_double(ResistorNetwork(cells, wires), cells.cols());
  const MatrixXd solved = effective_conductances(cells, wires, IrDropModel::exact).effective;
  CAPTURE(wires.row_segment_ohm, wires.column_segment_ohm);
  CHECK((solved.array() / expected.array() - 1.0).abs().maxCoeff() < 1e-12);
  if (wires.row_segment_ohm > 1.0) CHECK(expected.minCoeff() < 1e-2 * expected.maxCoeff());
}

TEST_CASE("Where some wires have no resistance the others are solved as exactly") {
  const WireConfig wires =
      GENERATE(WireConfig{0.0, 4.0, 0.0, 0.0}, WireConfig{0.0, 4.0, 300.0, 0.0}, WireConfig{0.0, 4.0, 300.0, 120.0},
               WireConfig{1.5, 0.0, 0.0, 0.0}, WireConfig{1.5, 0.0, 0.0, 120.0}, WireConfig{1.5, 0.0, 300.0, 120.0},
               WireConfig{0.0, 0.0, 300.0, 120.0}, WireConfig{0.0, 0.0, 300.0, 0.0}, WireConfig{0.0, 0.0, 0.0, 120.0});
  const auto [rows, columns] = GENERATE(table<Index, Index>({{5, 7}, {8, 8}, {12, 30}, {30, 12}, {33, 41}}));
  CAPTURE(wires.row_segment_ohm, wires.column_segment_ohm, wires.driver_ohm, wires.sense_ohm, rows, columns);
  CHECK(deviation_from_nodal_analysis(random_cells(rows, columns), wires) < 1e-10);
}

TEST_CASE("Resistances that vanish leave what none leave") {
  const MatrixXd cells = random_cells(20, 27);
  const ArrayConductances one = effective_conductances(cells, {0.0, 4.0, 0.0, 120.0}, IrDropModel::exact);
  for (const double ohm : {1e-12, 1e-20, 1e-30, 1e-300}) {
    const ArrayConductances solved = effective_conductances(cells, {ohm, 4.0, ohm, 120.0}, IrDropModel::exact);
    CAPTURE(ohm);
    CHECK(deviation(solved.effective, one.effective) < 1e-13);
    CHECK(deviation(solved.driver, one.driver) < 1e-13);
  }
}

TEST_CASE("The solved network is the same bytes on every kind of vector instructions") {
  const WireConfig wires = GENERATE(unequal_wires, WireConfig{0.0, 4.0, 300.0, 0.0}, WireConfig{1.5, 0.0, 0.0, 120.0});
  same_on_all_simd_targets([&] {
    const ArrayConductances solved = effective_conductances(random_cells(41, 70), wires, IrDropModel::exact);
    std::vector<double> numbers(solved.effective.data(), solved.effective.data() + solved.effective.size());
    numbers.insert(numbers.end(), solved.driver.data(), solved.driver.data() + solved.driver.size());
    return numbers;
  });
}

TEST_CASE("The solved network does not depend on which one was solved before it") {
  const MatrixXd cells = random_cells(19, 30);
  const auto solved = [&cells] { return effective_conductances(cells, unequal_wires, IrDropModel::exact); };
  const ArrayConductances first = solved();
  effective_conductances(random_cells(30, 61), {0.0, 4.0, 300.0, 0.0}, IrDropModel::exact);
  effective_conductances(random_cells(24, 32), {7.0, 9.0, 0.0, 0.0}, IrDropModel::exact);
  const ArrayConductances again = solved();
  CHECK(again.effective == first.effective);
  CHECK(again.driver == first.driver);
}

TEST_CASE("The drivers' power is what all resistors dissipate") {
  const MatrixXd cells = random_cells(11, 6);
  const ResistorNetwork network(cells, unequal_wires);
  MatrixXd volts(2, cells.rows());
  volts << VectorXd::LinSpaced(cells.rows(), -0.2, 0.2).transpose(), VectorXd::Constant(cells.rows(), 0.2).transpose();
  MatrixXd potentials = MatrixXd::Zero(network.nodes(), volts.rows());
  potentials.topRows(network.unknowns()) = nodal_potentials(network) * volts.transpose();
  potentials.middleRows(network.source(0), cells.rows()) = volts.transpose();
  double dissipated = 0.0;
  for (const Resistor& resistor : network.resistors()) {
    dissipated += resistor.microsiemens * (potentials.row(resistor.from) - potentials.row(resistor.to)).squaredNorm();
  }
  const ArrayConductances solved = effective_conductances(cells, unequal_wires, IrDropModel::exact);
  CHECK(driver_power_microwatt(solved.driver, volts) == Approx(dissipated).epsilon(1e-10));
}

TEST_CASE("What drivers deliver to rows of one voltage flows out of the columns") {
  const MatrixXd cells = random_cells(10, 14);
  const auto model = GENERATE(IrDropModel::off, IrDropModel::first_order, IrDropModel::exact);
  const ArrayConductances solved = effective_conductances(cells, unequal_wires, model);
  const MatrixXd volts = MatrixXd::Constant(3, 10, 0.2);
  const double out = (volts * solved.effective).cwiseProduct(MatrixXd::Constant(3, 14, 0.2)).sum();
  CHECK(driver_power_microwatt(solved.driver, volts) == Approx(out).epsilon(1e-12));
}

TEST_CASE("A diagonal driver conductance leaves out the power between rows of different voltages") {
  const MatrixXd cells = random_cells(10, 14);
  const MatrixXd volts = VectorXd::LinSpaced(10, -0.2, 0.2).transpose();
  const MatrixXd exact = effective_conductances(cells, unequal_wires, IrDropModel::exact).driver;
  const MatrixXd lumped = exact.rowwise().sum();
  CHECK(driver_power_microwatt(lumped, volts) < driver_power_microwatt(exact, volts));
}

TEST_CASE("Ideal wires leave the conductances as they are") {
  const MatrixXd cells = random_cells(19, 10);
  const auto model = GENERATE(IrDropModel::off, IrDropModel::first_order, IrDropModel::exact);
  const ArrayConductances solved = effective_conductances(cells, WireConfig{}, model);
  CHECK(solved.effective == cells);
  const MatrixXd row_sums = cells.rowwise().sum();
  const MatrixXd driver = solved.driver.cols() == 1 ? solved.driver : MatrixXd(solved.driver.diagonal());
  CHECK(deviation(driver, row_sums) < 1e-15);
  if (model == IrDropModel::exact) CHECK(solved.driver.isDiagonal(0.0));
}

TEST_CASE("The model off ignores the wires") {
  const MatrixXd cells = random_cells(3, 5);
  CHECK(effective_conductances(cells, unequal_wires, IrDropModel::off).effective == cells);
}

TEST_CASE("With drivers' resistance alone the cells of a row share its drop") {
  const MatrixXd cells = random_cells(9, 12);
  for (const double ohm : {1.0, 1e3, 1e6}) {
    const VectorXd sums = cells.rowwise().sum();
    const VectorXd share = 1.0 / (1.0 + 1e-6 * ohm * sums.array());
    for (const IrDropModel model : {IrDropModel::first_order, IrDropModel::exact}) {
      const ArrayConductances solved = effective_conductances(cells, {0.0, 0.0, ohm, 0.0}, model);
      CHECK(deviation(solved.effective, share.asDiagonal() * cells) < 1e-12);
      CHECK(deviation(solved.driver.rowwise().sum(), share.cwiseProduct(sums)) < 1e-12);
    }
  }
}

TEST_CASE("With sense resistance alone the cells of a column share its drop") {
  const MatrixXd cells = random_cells(9, 12);
  for (const double ohm : {1.0, 1e3, 1e6}) {
    const VectorXd share = 1.0 / (1.0 + 1e-6 * ohm * cells.colwise().sum().transpose().array());
    const MatrixXd expected = cells * share.asDiagonal();
    for (const IrDropModel model : {IrDropModel::first_order, IrDropModel::exact}) {
      CHECK(deviation(effective_conductances(cells, {0.0, 0.0, 0.0, ohm}, model).effective, expected) < 1e-12);
    }
    // Current of one row that the others take back through the column.
    MatrixXd driver = -1e-6 * ohm * cells * share.asDiagonal() * cells.transpose();
    driver.diagonal() += cells.rowwise().sum();
    CHECK(deviation(effective_conductances(cells, {0.0, 0.0, 0.0, ohm}, IrDropModel::exact).driver, driver) < 1e-12);
  }
}

TEST_CASE("A single cell is in series with all resistances") {
  const MatrixXd cell = MatrixXd::Constant(1, 1, 45.0);
  const double expected = 1.0 / (1.0 / 45.0 + 1e-6 * (1.5 + 4.0 + 300.0 + 120.0));
  const auto model = GENERATE(IrDropModel::first_order, IrDropModel::exact);
  const ArrayConductances solved = effective_conductances(cell, unequal_wires, model);
  CHECK(solved.effective(0, 0) == Approx(expected).epsilon(1e-14));
  CHECK(solved.driver(0, 0) == Approx(expected).epsilon(1e-14));
}

TEST_CASE("Driven from its columns an array has the transposed effective conductances") {
  const MatrixXd cells = random_cells(14, 9);
  const auto model = GENERATE(IrDropModel::first_order, IrDropModel::exact);
  const WireConfig& wires = unequal_wires;
  const WireConfig swapped{wires.column_segment_ohm, wires.row_segment_ohm, wires.sense_ohm, wires.driver_ohm};
  // The columns are driven at the bottom and the rows sensed at the left: what was last is now first.
  const MatrixXd turned = cells.transpose().reverse();
  CHECK(deviation(effective_conductances(turned, swapped, model).effective,
                  effective_conductances(cells, wires, model).effective.transpose().reverse()) < 1e-13);
}

TEST_CASE("The driver conductances are symmetric") {
  const MatrixXd driver = effective_conductances(random_cells(14, 9), unequal_wires, IrDropModel::exact).driver;
  CHECK(driver == driver.transpose());
}

TEST_CASE("The first order's error falls fourfold when the resistances are halved") {
  const MatrixXd cells = random_cells(12, 15);
  const auto errors = [&](double scale) {
    const WireConfig wires{0.02 * scale, 0.03 * scale, 1.0 * scale, 0.7 * scale};
    const ArrayConductances first = effective_conductances(cells, wires, IrDropModel::first_order);
    const ArrayConductances exact = effective_conductances(cells, wires, IrDropModel::exact);
    return std::pair(deviation(first.effective, exact.effective),
                     deviation(first.driver, exact.driver.rowwise().sum()));
  };
  const auto [effective, driver] = errors(1.0);
  const auto [effective_at_half, driver_at_half] = errors(0.5);
  CHECK(effective > 1e-9);
  CHECK(effective / effective_at_half == Approx(4.0).epsilon(0.02));
  CHECK(driver / driver_at_half == Approx(4.0).epsilon(0.02));
}

TEST_CASE("An array that does not conduct has no currents") {
  const auto model = GENERATE(IrDropModel::off, IrDropModel::first_order, IrDropModel::exact);
  const ArrayConductances solved = effective_conductances(MatrixXd::Zero(6, 11), unequal_wires, model);
  CHECK(solved.effective.isZero(0.0));
  CHECK(solved.driver.isZero(0.0));
}
