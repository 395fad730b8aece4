#include <Eigen/Core>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "models/physics/crossbar.hpp"
#include "tests/support/array_read.hpp"
#include "tests/support/numpy_reference.hpp"
#include "tests/support/sense_lines.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

constexpr Eigen::Index vectors = 20'000;
constexpr double read_noise = 0.05;

Eigen::MatrixXf conductances() {
  return Eigen::MatrixXf{{80.0F, 12.0F, 45.0F}, {20.0F, 33.0F, 45.0F}, {55.0F, 71.0F, 45.0F}, {10.0F, 64.0F, 45.0F}};
}

Eigen::MatrixXf volts() { return Eigen::RowVector4f(0.2F, -0.13F, 0.07F, 0.18F).replicate(vectors, 1); }

/// Noise as the model draws it, once per column: [vectors, 2].
Eigen::MatrixXf column_draws() {
  const Crossbar crossbar(conductances(), against_last_column(3), read_noise);
  return read_noise_of(crossbar, volts(), 3);
}

/// The same from the definition: every cell has a conductance of its own during each read.
Eigen::MatrixXf cell_draws() {
  const Eigen::MatrixXf cells = conductances();
  const Eigen::MatrixXf lines = volts();
  Eigen::MatrixXf noise(vectors, 2);
  RandomStream stream(4, RandomPurpose::read_noise, 1, 0);
  for (Eigen::Index vector = 0; vector < vectors; ++vector) {
    Eigen::RowVector3d currents = Eigen::RowVector3d::Zero();
    for (Eigen::Index row = 0; row < cells.rows(); ++row) {
      for (Eigen::Index column = 0; column < 3; ++column) {
        const double conductance = double{cells(row, column)} * (1.0 + read_noise * stream.normal());
        currents(column) += double{lines(vector, row)} * (conductance - double{cells(row, column)});
      }
    }
    noise.row(vector) = (currents.head<2>().array() - currents(2)).matrix().cast<float>();
  }
  return noise;
}

/// Variance of a column's noise alone, sum of (read_noise G v)^2.
double column_variance(Eigen::Index column) {
  const Eigen::MatrixXd product = conductances().col(column).cwiseProduct(volts().row(0).transpose()).cast<double>();
  return read_noise * read_noise * product.squaredNorm();
}

double mean_product(const Eigen::MatrixXf& noise, Eigen::Index first, Eigen::Index second) {
  return noise.col(first).cast<double>().dot(noise.col(second).cast<double>()) / static_cast<double>(noise.rows());
}

double kolmogorov_smirnov(const Eigen::VectorXf& first, const Eigen::VectorXf& second) {
  std::vector<float> a(first.begin(), first.end());
  std::vector<float> b(second.begin(), second.end());
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  double distance = 0.0;
  for (const std::vector<float>* values : {&a, &b}) {
    for (const float value : *values) {
      const auto share = [value](const std::vector<float>& sorted) {
        return static_cast<double>(std::upper_bound(sorted.begin(), sorted.end(), value) - sorted.begin()) /
               static_cast<double>(sorted.size());
      };
      distance = std::max(distance, std::abs(share(a) - share(b)));
    }
  }
  return distance;
}

// Standard error of a second moment of normal numbers, relative to it.
const double relative_error = std::sqrt(2.0 / static_cast<double>(vectors));

}  // namespace

TEST_CASE("Read noise has the variance of independent cells, the reference's included") {
  const Eigen::MatrixXf noise = column_draws();
  for (Eigen::Index column = 0; column < 2; ++column) {
    const double expected = column_variance(column) + column_variance(2);
    CHECK(mean_product(noise, column, column) == Approx(expected).epsilon(4.0 * relative_error));
    CHECK(std::abs(noise.col(column).cast<double>().mean()) < 4.0 * std::sqrt(expected / static_cast<double>(vectors)));
  }
}

TEST_CASE("Columns of a vector share the reference's noise and nothing else") {
  const Eigen::MatrixXf noise = column_draws();
  const double scale = std::sqrt((column_variance(0) + column_variance(2)) * (column_variance(1) + column_variance(2)));
  CHECK(std::abs(mean_product(noise, 0, 1) - column_variance(2)) < 4.0 * relative_error * scale);
}

TEST_CASE("Draws per column have the moments of draws per cell") {
  const Eigen::MatrixXf columns = column_draws();
  const Eigen::MatrixXf cells = cell_draws();
  for (const auto& [first, second] : {std::pair{0, 0}, std::pair{1, 1}, std::pair{0, 1}}) {
    const double scale = std::sqrt(mean_product(cells, first, first) * mean_product(cells, second, second));
    CHECK(std::abs(mean_product(columns, first, second) - mean_product(cells, first, second)) <
          4.0 * std::sqrt(2.0) * relative_error * scale);
  }
}

TEST_CASE("Draws per column follow the distribution of draws per cell") {
  const Eigen::MatrixXf columns = column_draws();
  const Eigen::MatrixXf cells = cell_draws();
  // 1 % of pairs of samples from one distribution lie further apart (Kolmogorov-Smirnov).
  const double critical = 1.628 * std::sqrt(2.0 / static_cast<double>(vectors));
  for (Eigen::Index column = 0; column < 2; ++column) {
    CHECK(kolmogorov_smirnov(columns.col(column), cells.col(column)) < critical);
  }
  CHECK(kolmogorov_smirnov(columns.col(0) - columns.col(1), cells.col(0) - cells.col(1)) < critical);
}

TEST_CASE("Where only the reference conducts, all columns of a vector have the same noise") {
  Eigen::MatrixXf cells = Eigen::MatrixXf::Zero(4, 6);
  cells.col(5).setConstant(45.0F);
  const Crossbar crossbar(cells, against_last_column(6), read_noise);
  const Eigen::MatrixXf noise = read_noise_of(crossbar, LineVolts(volts().topRows(8)), 3);
  for (Eigen::Index column = 1; column < 5; ++column) CHECK(noise.col(column) == noise.col(0));
  CHECK((noise.col(0).array() != 0.0F).all());
  CHECK(noise(0, 0) != noise(1, 0));
}

TEST_CASE("Vectors of one read have noise of their own") {
  const Eigen::MatrixXf noise = column_draws();
  const Eigen::VectorXd current = noise.col(0).cast<double>();
  const double product = current.head(vectors - 1).dot(current.tail(vectors - 1)) / static_cast<double>(vectors - 1);
  CHECK(std::abs(product) < 4.0 * mean_product(noise, 0, 0) / std::sqrt(static_cast<double>(vectors)));
}

TEST_CASE("With wires of resistance and lines of both signs read noise is wider than in the solved network, by 0.5 %") {
  constexpr Eigen::Index side = 32;
  const WireConfig wires{2.5, 2.5, 0.0, 0.0};
  RandomStream draws(5, RandomPurpose::read_noise, 2, 0);
  Eigen::MatrixXd cells(side, side);
  for (double& cell : cells.reshaped()) cell = 10.0 + 70.0 * draws.uniform();
  Eigen::VectorXd line_volts(side);
  for (double& volt : line_volts) volt = 0.4 * draws.uniform() - 0.2;
  const auto solved_currents = [&]() -> Eigen::VectorXd {
    return effective_conductances(cells, wires, IrDropModel::exact).effective.transpose() * line_volts;
  };
  const Eigen::VectorXd currents = solved_currents();
  Eigen::VectorXd variance = Eigen::VectorXd::Zero(side);
  constexpr double step = 1e-3;
  for (double& cell : cells.reshaped()) {
    const double before = cell;
    cell *= 1.0 + step;
    variance += (read_noise / step * (solved_currents() - currents)).cwiseAbs2();
    cell = before;
  }

  Eigen::MatrixXf array = Eigen::MatrixXf::Zero(side, side + 1);
  array.leftCols(side) = cells.cast<float>();
  const Crossbar crossbar(array, against_last_column(side + 1), read_noise, wires, IrDropModel::exact);
  const Eigen::MatrixXf noise =
      read_noise_of(crossbar, LineVolts(line_volts.transpose().cast<float>().replicate(vectors, 1)), 6);
  double ratio = 0.0;
  for (Eigen::Index column = 0; column < side; ++column) {
    ratio += std::sqrt(mean_product(noise, column, column) / variance(column)) / side;
  }
  // 0.5 %, known to a tenth of that.
  CHECK(ratio > 1.003);
  CHECK(ratio < 1.007);
}

TEST_CASE("Lines at zero volt and cells without noise add none") {
  const LineVolts zero(Eigen::MatrixXf::Zero(2, 4));
  CHECK(noisy_currents(Crossbar(conductances(), against_last_column(3), read_noise), zero, 3).isZero(0.0F));
  const Crossbar quiet(conductances(), against_last_column(3), 0.0);
  const LineVolts lines(volts().topRows(2));
  CHECK(identical(noisy_currents(quiet, lines, 3), quiet.currents(lines)));
}

TEST_CASE("A pair's two devices have noise of their own") {
  const Eigen::MatrixXf cells = Eigen::MatrixXf{{80.0F, 12.0F, 45.0F, 30.0F}, {20.0F, 33.0F, 45.0F, 66.0F}};
  const Eigen::MatrixXf lines = Eigen::RowVector2f(0.2F, -0.13F).replicate(vectors, 1);
  const Eigen::MatrixXf noise = read_noise_of(Crossbar(cells, {{0, 1}, {2, 3}}, read_noise), LineVolts(lines), 7);
  for (Eigen::Index line = 0; line < 2; ++line) {
    const double expected = read_noise * read_noise *
                            (cells.middleCols(2 * line, 2).array().colwise() * lines.row(0).transpose().array())
                                .cast<double>()
                                .square()
                                .sum();
    CHECK(mean_product(noise, line, line) == Approx(expected).epsilon(4.0 * relative_error));
  }
  const double scale = std::sqrt(mean_product(noise, 0, 0) * mean_product(noise, 1, 1));
  CHECK(std::abs(mean_product(noise, 0, 1)) < 4.0 * scale / std::sqrt(static_cast<double>(vectors)));
}

TEST_CASE("Amplifiers' noise adds to the cells' variance, with the reference's shared and theirs not") {
  Crossbar crossbar(conductances(), against_last_column(3), read_noise);
  crossbar.set_amplifier_noise(Eigen::RowVector2d(0.3, 0.7));
  const Eigen::MatrixXf noise = read_noise_of(crossbar, volts(), 8);
  double scale = 1.0;
  for (const auto& [line, deviation] : {std::pair{0, 0.3}, std::pair{1, 0.7}}) {
    const double expected = column_variance(line) + column_variance(2) + deviation * deviation;
    CHECK(mean_product(noise, line, line) == Approx(expected).epsilon(4.0 * relative_error));
    scale *= std::sqrt(expected);
  }
  CHECK(std::abs(mean_product(noise, 0, 1) - column_variance(2)) < 4.0 * relative_error * scale);
}
