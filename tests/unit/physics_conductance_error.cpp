#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "models/physics/conductance_error.hpp"
#include "tests/support/distribution.hpp"
#include "tests/support/numpy_reference.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

constexpr Eigen::Index rows = 200;
constexpr Eigen::Index columns = 200;
constexpr double devices = rows * columns;
const double per_root_n = 1.0 / std::sqrt(devices);

CellConfig window(double low, double high) {
  CellConfig cell;
  cell.window_low_microsiemens = low;
  cell.window_high_microsiemens = high;
  return cell;
}

Eigen::MatrixXf disturbed(const CellConfig& cell, double conductance, double sigma) {
  RandomStream stream(11, RandomPurpose::conductance_error, 3, 2);
  const Eigen::MatrixXf cells = Eigen::MatrixXf::Constant(rows, columns, static_cast<float>(conductance));
  return with_conductance_error(cell, cells, sigma, stream);
}

/// Errors in units of sigma, in a window that clamps none.
std::vector<double> errors(double conductance, double sigma) {
  const Eigen::MatrixXf cells = disturbed(window(-1e3, 1e3), conductance, sigma);
  std::vector<double> values;
  for (const float cell : cells.reshaped()) values.push_back((double{cell} - conductance) / sigma);
  return values;
}

double moment(const std::vector<double>& values, int order) {
  double sum = 0.0;
  for (const double value : values) sum += std::pow(value, order);
  return sum / static_cast<double>(values.size());
}

double share_at(const Eigen::MatrixXf& cells, float edge) {
  return static_cast<double>((cells.array() == edge).count()) / devices;
}

}  // namespace

TEST_CASE("Conductance errors have the moments of the normal distribution") {
  const std::vector<double> values = errors(50.0, 4.0);
  CHECK(std::abs(moment(values, 1)) < 4.0 * per_root_n);
  CHECK(std::abs(moment(values, 2) - 1.0) < 4.0 * std::sqrt(2.0) * per_root_n);
  CHECK(std::abs(moment(values, 3)) < 4.0 * std::sqrt(15.0) * per_root_n);
  CHECK(std::abs(moment(values, 4) - 3.0) < 4.0 * std::sqrt(96.0) * per_root_n);
}

TEST_CASE("Conductance errors follow the normal distribution of their sigma") {
  for (const double sigma : {1.0, 10.0}) {
    CHECK(kolmogorov_smirnov_distance(errors(35.0, sigma), normal_distribution) < critical_distance(rows * columns));
  }
}

TEST_CASE("As many devices stand at an edge of the window as the normal distribution has beyond it") {
  const Eigen::MatrixXf cells = disturbed(window(20.0, 80.0), 60.0, 10.0);
  const auto error = [](double share) { return 4.0 * std::sqrt(share * (1.0 - share) / devices); };
  const double above = normal_distribution(-2.0);
  const double below = normal_distribution(-4.0);
  CHECK(std::abs(share_at(cells, 80.0F) - above) < error(above));
  CHECK(std::abs(share_at(cells, 20.0F) - below) < error(below));
  CHECK(cells.minCoeff() >= 20.0F);
  CHECK(cells.maxCoeff() <= 80.0F);
}

TEST_CASE("Devices that the window does not clamp keep their error") {
  const Eigen::MatrixXf free = disturbed(window(-1e3, 1e3), 60.0, 10.0);
  const Eigen::MatrixXf clamped = disturbed(window(20.0, 80.0), 60.0, 10.0);
  CHECK(identical(clamped, free.cwiseMax(20.0F).cwiseMin(80.0F)));
}

TEST_CASE("Streams of one key give the same errors but for the factor sigma") {
  const CellConfig wide = window(-1e3, 1e3);
  const Eigen::MatrixXf small = disturbed(wide, 0.0, 1.0);
  CHECK(identical(disturbed(wide, 0.0, 8.0), 8.0F * small));
  CHECK(identical(disturbed(window(20.0, 80.0), 47.5, 0.0), Eigen::MatrixXf::Constant(rows, columns, 47.5F)));
}
