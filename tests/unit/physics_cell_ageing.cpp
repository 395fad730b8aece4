#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <vector>

#include "models/physics/cell_array.hpp"
#include "tests/support/distribution.hpp"
#include "tests/support/numpy_reference.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

constexpr double hour = 3600.0;
constexpr double day = 24.0 * hour;
constexpr double year = 365.25 * day;
constexpr Eigen::Index side = 128;
constexpr auto cells = static_cast<std::size_t>(side * side);
const double per_root_n = 1.0 / std::sqrt(static_cast<double>(cells));

CellConfig relaxing_cell() {
  CellConfig cell;
  cell.soft_bound.set_step_microsiemens = 65.0;
  cell.soft_bound.reset_step_microsiemens = 65.0;
  cell.soft_bound.cycle_to_cycle = 0.6;
  cell.retention.relaxation_mean_microsiemens_per_ln = -0.089;
  cell.retention.relaxation_sigma_microsiemens = 0.412;
  cell.retention.relaxation_sigma_microsiemens_per_ln = 0.042;
  return cell;
}

/// Every cell of the array written to `conductance`, microsiemens.
void write_all(CellArray& array, float conductance, std::uint32_t step, float tolerance = 2.0F) {
  const auto all = [&](float value) { return Eigen::MatrixXf::Constant(array.rows(), array.columns(), value); };
  array.write({}, all(conductance), all(tolerance), step);
}

CellArray written_array(const CellConfig& cell, std::uint64_t seed = 1) {
  CellArray array(cell, seed, 0, side, side);
  write_all(array, 45.0F, 0);
  return array;
}

/// By cell, how far the relaxation of `seconds` moved it, in standard deviations from the mean.
std::vector<double> standardised_change(const CellArray& array, double seconds) {
  const Eigen::MatrixXd change = (array.conductances_after(seconds) - array.conductances()).cast<double>();
  const double ln = std::log(seconds);
  std::vector<double> values;
  for (const double microsiemens : change.reshaped()) {
    values.push_back((microsiemens + 0.089 * ln) / (0.412 + 0.042 * ln));
  }
  return values;
}

}  // namespace

TEST_CASE("Relaxation has the moments of its fit from a second to a year") {
  const CellArray array = written_array(relaxing_cell());
  for (const double seconds : {1.0, hour, 30.0 * day, year}) {
    INFO(seconds << " s");
    const std::vector<double> values = standardised_change(array, seconds);
    CHECK(std::abs(moment(values, 0.0, 1)) < 4.0 * per_root_n);
    CHECK(std::abs(moment(values, 0.0, 2) - 1.0) < 4.0 * std::sqrt(2.0) * per_root_n);
    CHECK(std::abs(moment(values, 0.0, 3)) < 4.0 * std::sqrt(15.0) * per_root_n);
    CHECK(std::abs(moment(values, 0.0, 4) - 3.0) < 4.0 * std::sqrt(96.0) * per_root_n);
  }
}

TEST_CASE("Relaxation follows the normal distribution from a second to a year") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const CellArray array = written_array(relaxing_cell(), seed);
    for (const double seconds : {1.0, hour, 30.0 * day, year}) {
      INFO("seed " << seed << ", " << seconds << " s");
      CHECK(kolmogorov_smirnov_distance(standardised_change(array, seconds), normal_distribution) <
            critical_distance(cells));
    }
  }
}

TEST_CASE("The conductances of a cell at different ages are one trajectory") {
  const CellArray array = written_array(relaxing_cell());
  const std::vector<double> second = standardised_change(array, 1.0);
  for (const double seconds : {hour, 30.0 * day, year}) {
    const std::vector<double> later = standardised_change(array, seconds);
    for (std::size_t cell = 0; cell < cells; ++cell) REQUIRE(later[cell] == Approx(second[cell]).margin(1e-4));
  }
}

TEST_CASE("Every write of a cell draws its relaxation anew") {
  CellArray array = written_array(relaxing_cell());
  const std::vector<double> first = standardised_change(array, hour);
  write_all(array, 25.0F, 1);
  write_all(array, 45.0F, 2);
  const std::vector<double> third = standardised_change(array, hour);
  double product = 0.0;
  for (std::size_t cell = 0; cell < cells; ++cell) product += first[cell] * third[cell];
  CHECK(std::abs(product / static_cast<double>(cells)) < 4.0 * per_root_n);
}

TEST_CASE("The exponents of cells are normal, and none negative") {
  CellConfig cell = relaxing_cell();
  cell.retention = {};
  cell.retention.exponent = 0.01;
  cell.retention.exponent_spread = 0.01;
  const double none = normal_distribution(-1.0);
  for (const std::uint64_t seed : {2U, 3U, 4U}) {
    const CellArray array = written_array(cell, seed);
    const Eigen::MatrixXd before = array.conductances().cast<double>();
    const Eigen::MatrixXd after = array.conductances_after(30.0 * day).cast<double>();
    std::vector<double> positive;
    for (Eigen::Index i = 0; i < before.size(); ++i) {
      if (after(i) != before(i)) {
        positive.push_back(std::log((before(i) - 5.0) / (after(i) - 5.0)) / std::log(30.0 * day));
      }
    }
    const double zeros = 1.0 - static_cast<double>(positive.size()) / static_cast<double>(cells);
    CHECK(std::abs(zeros - none) < 4.0 * std::sqrt(none * (1.0 - none)) * per_root_n);
    CHECK(kolmogorov_smirnov_distance(positive, [none](double exponent) {
            return (normal_distribution((exponent - 0.01) / 0.01) - none) / (1.0 - none);
          }) < critical_distance(positive.size()));
  }
}

TEST_CASE("Looking ahead and waiting give the same conductances") {
  CellArray array = written_array(relaxing_cell());
  const Eigen::MatrixXf ahead = array.conductances_after(day);
  array.advance(hour);
  CHECK(identical(array.conductances_after(23.0 * hour), ahead));
  array.advance(23.0 * hour);
  CHECK(identical(array.conductances(), ahead));
  CHECK_FALSE(identical(array.conductances_after(day), ahead));
}

TEST_CASE("Cells that were never pulsed do not age") {
  CellArray array(relaxing_cell(), 1, 0, 4, 5);
  write_all(array, 10.0F, 0);
  array.advance(year);
  CHECK(identical(array.conductances(), Eigen::MatrixXf::Constant(4, 5, 10.0F)));
}

TEST_CASE("A cell within the tolerance of a new target keeps its history, a pulsed one starts anew") {
  CellArray array = written_array(relaxing_cell());
  array.advance(day);
  const Eigen::MatrixXf aged = array.conductances();
  const Eigen::MatrixXf unwritten = array.conductances_after(day);
  // A cell whose target is the same is not written at all.
  const float target = 45.001F;
  write_all(array, target, 1);
  const Eigen::MatrixXf rewritten = array.conductances();
  const Eigen::MatrixXf later = array.conductances_after(1e-3);
  const Eigen::MatrixXf next_day = array.conductances_after(day);
  std::size_t kept = 0;
  for (Eigen::Index cell = 0; cell < aged.size(); ++cell) {
    if (std::abs(aged(cell) - target) <= 2.0F) {
      ++kept;
      REQUIRE(rewritten(cell) == aged(cell));
      REQUIRE(next_day(cell) == unwritten(cell));
    } else {
      // The first second's relaxation comes at once.
      REQUIRE(std::abs(rewritten(cell) - target) <= 2.0F);
      REQUIRE(later(cell) != rewritten(cell));
    }
  }
  CHECK(kept > cells / 2);
  CHECK(kept < cells);
}

TEST_CASE("A write starts from the aged conductance and a read back sees it") {
  CellConfig cell;
  cell.soft_bound.set_step_microsiemens = 65.0;
  cell.retention.exponent = 0.01;
  CellArray array(cell, 1, 0, 1, 1);
  write_all(array, 71.0F, 0);
  // One SET pulse from 10 uS leads to 71.18 uS, the power law from there to 5 + 66.18 t^-0.01.
  const double written = 10.0 + 65.0 * 80.0 / 85.0;
  const double aged = 5.0 + (written - 5.0) * std::pow(day, -0.01);
  array.advance(day);
  CHECK(array.read_back({}).verified_microsiemens == Approx(aged));
  const Eigen::MatrixXf target = Eigen::MatrixXf::Constant(1, 1, 80.0F);
  const ArrayWrite write = array.write({}, target, Eigen::MatrixXf::Constant(1, 1, 5.0F), 1);
  CHECK(write.verified_microsiemens == Approx(aged + aged + 65.0 * (90.0 - aged) / 85.0));
}

TEST_CASE("Cells remember the reads since their last pulse") {
  CellConfig cell;
  cell.soft_bound.set_step_microsiemens = 65.0;
  cell.retention.read_disturb_per_read = 0.001;
  CellArray array(cell, 1, 0, 1, 2);
  const auto after_reads = [](double conductance, int reads) {
    return 90.0 - (90.0 - conductance) * std::pow(0.999, reads);
  };
  array.add_reads(10);
  // One SET pulse for the first cell; the second one is at its target.
  array.write({}, Eigen::MatrixXf{{71.0F, 11.0F}}, Eigen::MatrixXf{{2.0F, 2.0F}}, 0);
  const double start = after_reads(10.0, 10);
  const double written = start + 65.0 * (90.0 - start) / 85.0;
  CHECK(array.conductances()(0, 0) == Approx(written));
  array.add_reads(30);
  CHECK(array.conductances()(0, 0) == Approx(after_reads(written, 30)));
  CHECK(array.conductances()(0, 1) == Approx(after_reads(10.0, 40)));
}

TEST_CASE("Without time and reads an array that ages is one that does not") {
  CellConfig ageless = relaxing_cell();
  ageless.retention = {};
  CellConfig ageing = relaxing_cell();
  ageing.retention.exponent = 0.1;
  ageing.retention.read_disturb_per_read = 0.1;
  CHECK(identical(written_array(ageing).conductances(), written_array(ageless).conductances()));
}
