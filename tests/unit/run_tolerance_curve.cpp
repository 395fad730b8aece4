#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "sim/run/fresh_cell.hpp"
#include "sim/run/tolerance_curve.hpp"

using namespace palimpsest;

namespace {

constexpr std::uint32_t cells = 300;

Architecture shipped(const std::vector<Override>& overrides = {}) {
  return read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", overrides);
}

bool identical(const TolerancePoint& one, const TolerancePoint& other) {
  return one.mean_cycles == other.mean_cycles && one.std_cycles == other.std_cycles &&
         one.median_cycles == other.median_cycles && one.mean_energy_joule == other.mean_energy_joule &&
         one.failed == other.failed;
}

}  // namespace

TEST_CASE("Targets lie in the middle of equal shares of the window") {
  const CellConfig cell;  // window 10..80 uS
  CHECK(spread_target(cell, 0, 7) == Approx(15.0));
  CHECK(spread_target(cell, 6, 7) == Approx(75.0));
}

TEST_CASE("A point of the curve has the mean, spread and quantiles of its cells' pulses") {
  const Architecture chip = shipped();
  std::vector<double> cycles;
  double sum = 0.0;
  double squares = 0.0;
  for (std::uint32_t cell = 0; cell < cells; ++cell) {
    const double target = spread_target(chip.resistive_memory.cell, cell, cells);
    cycles.push_back(static_cast<double>(write_fresh_cells(chip, 5, cell, {target}, 2.0).cells[0].pulses));
    sum += cycles.back();
    squares += cycles.back() * cycles.back();
  }
  const double mean = sum / cells;
  const TolerancePoint point = tolerance_point(chip, 2.0, cells, 5, 1);
  CHECK(point.cells == cells);
  CHECK(point.failed == 0);
  CHECK(point.mean_cycles == Approx(mean));
  CHECK(point.std_cycles == Approx(std::sqrt(squares / cells - mean * mean)));
  const auto not_above = [&cycles](std::uint64_t limit) {
    return std::count_if(cycles.begin(), cycles.end(),
                         [limit](double count) { return count <= static_cast<double>(limit); });
  };
  CHECK(not_above(point.tenth_cycles) >= cells / 10);
  CHECK(not_above(point.tenth_cycles - 1) < cells / 10);
  CHECK(not_above(point.median_cycles) >= cells / 2);
  CHECK(not_above(point.median_cycles - 1) < cells / 2);
  CHECK(not_above(point.nine_tenths_cycles) >= cells * 9 / 10);
  CHECK(not_above(point.nine_tenths_cycles - 1) < cells * 9 / 10);
  CHECK(not_above(point.most_cycles) == cells);
  CHECK(not_above(point.most_cycles - 1) < cells);
}

TEST_CASE("With a smaller tolerance no cell needs fewer pulses, if a verify is one read for each") {
  const Architecture chip = shipped({{"/programmer/verify_deviations", "0"}});
  for (std::uint64_t cell = 0; cell < 50; ++cell) {
    std::uint32_t before = 0;
    for (const double tolerance : {8.0, 4.0, 2.0, 1.0, 0.5}) {
      const double target = spread_target(chip.resistive_memory.cell, cell, 50);
      const std::uint32_t pulses = write_fresh_cells(chip, 1, cell, {target}, tolerance).cells[0].pulses;
      CHECK(pulses >= before);
      before = pulses;
    }
  }
}

TEST_CASE("A fresh cell reads as the low edge of the window") {
  const Architecture chip = shipped();
  const WrittenCell write = write_fresh_cells(chip, 1, 0, {10.0}, 2.0).cells[0];
  CHECK(write.pulses == 0);
  CHECK(write.verified_microsiemens == Approx(10.0));
}

TEST_CASE("A point of the curve is the same for any number of threads, and another for another seed") {
  const Architecture chip = shipped();
  const TolerancePoint point = tolerance_point(chip, 2.0, cells, 1, 1);
  CHECK(identical(tolerance_point(chip, 2.0, cells, 1, 3), point));
  CHECK_FALSE(identical(tolerance_point(chip, 2.0, cells, 2, 1), point));
}

TEST_CASE("Cells given up are counted, and their pulses too") {
  const Architecture chip = shipped({{"/programmer/maximum_cycles", "3"}, {"/programmer/verify_deviations", "0"}});
  const TolerancePoint point = tolerance_point(chip, 0.01, cells, 1, 1);
  CHECK(point.failed > cells / 2);
  CHECK(point.most_cycles == 3);
  CHECK(point.mean_cycles > 2.0);
}

TEST_CASE("Exact writing takes one pulse a cell") {
  const TolerancePoint point = tolerance_point(shipped({{"/programmer/method", "exact"}}), 0.5, cells, 1, 1);
  CHECK(point.mean_cycles == 1.0);
  CHECK(point.std_cycles == 0.0);
  CHECK(point.failed == 0);
}
