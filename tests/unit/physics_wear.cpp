#include <Eigen/Core>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/physics/cell_array.hpp"
#include "models/physics/random.hpp"

using namespace palimpsest;

namespace {

// One SET pulse leads from 10 to 71.18 uS, one RESET pulse from there to 20.57 uS.
constexpr float low = 16.0F;
constexpr float high = 71.0F;

CellConfig cell_of(double endurance_cycles) {
  CellConfig cell;
  cell.soft_bound.set_step_microsiemens = 65.0;
  cell.soft_bound.reset_step_microsiemens = 65.0;
  cell.endurance_cycles = endurance_cycles;
  return cell;
}

void write(CellArray& array, const Eigen::MatrixXf& targets) {
  array.write({}, targets, Eigen::MatrixXf::Constant(targets.rows(), targets.cols(), 6.5F), 0);
}

}  // namespace

TEST_CASE("At least as many rounds are left as the cell that lasts shortest in this round's way has") {
  CellArray array(cell_of(10.0), 1, 0, 1, 3);
  CHECK(array.wear().rounds_at_this_cost == std::nullopt);
  // The second and third cells take a pulse each; 20 pulses are a life.
  array.begin_round();
  write(array, Eigen::MatrixXf{{low, high, high}});
  CHECK(array.wear().rounds_at_this_cost == 19U);
  CHECK(array.wear().all_kinds().largest_pulse_count == 1);
  // Two pulses in one round for the third cell, one by one: 3 in all, (20 - 3) / 2 are left.
  array.begin_round();
  write(array, Eigen::MatrixXf{{low, high, low}});
  write(array, Eigen::MatrixXf{{low, high, high}});
  CHECK(array.wear().rounds_at_this_cost == 8U);
  // The second cell, with 2 pulses and one of this round, lasts for 18 more.
  array.begin_round();
  write(array, Eigen::MatrixXf{{low, low, high}});
  CHECK(array.wear().rounds_at_this_cost == 18U);
  array.begin_round();
  CHECK(array.wear().rounds_at_this_cost == std::nullopt);
  const ArrayWear wear = array.wear();
  CHECK(wear.cells == 3);
  CHECK(wear.all_kinds().pulses == 5);
  CHECK(wear.all_kinds().largest_pulse_count == 3);
  CHECK(wear.pulsed_cells == 2);
  CHECK(wear.cells_past_endurance == 0);
}

TEST_CASE("A cell is past its endurance with more than two pulses for every cycle, and then no round is left") {
  CellArray array(cell_of(1.0), 1, 0, 1, 2);
  write(array, Eigen::MatrixXf{{high, low}});
  write(array, Eigen::MatrixXf{{low, low}});
  CHECK(array.wear().cells_past_endurance == 0);
  array.begin_round();
  write(array, Eigen::MatrixXf{{high, low}});
  CHECK(array.wear().cells_past_endurance == 1);
  CHECK(array.wear().rounds_at_this_cost == 0U);
}

TEST_CASE("Age counts from the last pulse of every pulsed cell") {
  CellArray array(cell_of(10.0), 1, 0, 1, 3);
  write(array, Eigen::MatrixXf{{low, high, high}});
  array.advance(100.0);
  write(array, Eigen::MatrixXf{{low, low, high}});
  array.advance(1.0);
  CHECK(array.wear().age_seconds == Approx(1.0 + 101.0));
}

TEST_CASE("The wear of arrays adds up, and the shortest life counts") {
  ArrayWear sum;
  CHECK(sum.rounds_at_this_cost == std::nullopt);
  ArrayWear first;
  first.add_cell(100.0, 2.0F, 50, 10, 7.0);
  ArrayWear second;
  second.add_cell(100.0, 2.0F, 200, 0, 3.0);
  ArrayWear third;
  third.add_cell(100.0, 0.5F, 120, 8, 2.0);
  for (const ArrayWear& wear : {first, second, third}) sum += wear;
  CHECK(sum.cells == 3);
  CHECK(sum.all_kinds().pulses == 370);
  CHECK(sum.all_kinds().largest_pulse_count == 200);
  CHECK(sum.cells_past_endurance == 0);
  CHECK(sum.rounds_at_this_cost == 10U);
  CHECK(sum.age_seconds == 12.0);
  REQUIRE(sum.kinds.size() == 2);
  const KindWear& weights = sum.kinds.at(2.0F);
  CHECK(weights.cells == 2);
  CHECK(weights.pulses == 250);
  CHECK(weights.largest_pulse_count == 200);
  CHECK(weights.round_pulses == 10);
  CHECK(weights.squared_round_pulses == 100.0);
  CHECK(sum.kinds.at(0.5F).round_pulses == 8);
}

TEST_CASE("Cells that take the same in every round are expected to last as long as they last at least") {
  ArrayWear wear;
  for (int cell = 0; cell < 100; ++cell) wear.add_cell(100.0, 2.0F, 20, 10, 0.0);
  CHECK(wear.rounds_at_this_cost == 18U);
  CHECK(expected_rounds_left(wear, 100.0) == 18U);
  // Another kind that the round left alone changes nothing; one that it pulsed more ends first.
  wear.add_cell(100.0, 0.5F, 150, 0, 0.0);
  CHECK(expected_rounds_left(wear, 100.0) == 18U);
  for (int cell = 0; cell < 10; ++cell) wear.add_cell(100.0, 0.2F, 20, 30, 0.0);
  CHECK(expected_rounds_left(wear, 100.0) == 6U);
}

TEST_CASE("The lower bound is one: of a cell that this round left alone, and of one that is worn out") {
  ArrayWear wear;
  for (int cell = 0; cell < 100; ++cell) wear.add_cell(100.0, 2.0F, 20, 10, 0.0);
  wear.add_cell(100.0, 2.0F, 195, 0, 0.0);
  CHECK(wear.rounds_at_this_cost == 18U);
  CHECK(expected_rounds_left(wear, 100.0) == 0U);
  CHECK(least_rounds_left(wear, 100.0) == 0U);
  ArrayWear worn;
  worn.add_cell(100.0, 2.0F, 20, 10, 0.0);
  worn.add_cell(100.0, 0.5F, 200, 0, 0.0);
  CHECK(expected_rounds_left(worn, 100.0) == 0U);
  CHECK(least_rounds_left(worn, 100.0) == 0U);
  ArrayWear untouched;
  untouched.add_cell(100.0, 0.5F, 200, 0, 0.0);
  CHECK(expected_rounds_left(untouched, 100.0) == std::nullopt);
  CHECK(least_rounds_left(untouched, 100.0) == std::nullopt);
}

TEST_CASE("Rounds are expected to end when the first of many cells with new luck in every round is worn") {
  constexpr std::size_t cells = 500;
  constexpr double endurance = 30'000.0;
  const auto pulses_of_round = [](std::uint32_t cell, std::uint32_t round) {
    RandomStream stream(1, RandomPurpose::write_pulses, cell, round);
    return static_cast<std::uint64_t>(std::ceil(-100.0 * std::log(stream.uniform())));
  };
  std::vector<std::uint64_t> pulses(cells, 0);
  ArrayWear after_first;
  std::uint32_t rounds = 0;
  while (static_cast<double>(*std::max_element(pulses.begin(), pulses.end())) <= 2.0 * endurance) {
    for (std::uint32_t cell = 0; cell < cells; ++cell) {
      const std::uint64_t more = pulses_of_round(cell, rounds);
      pulses[cell] += more;
      if (rounds == 0) after_first.add_cell(endurance, 2.0F, more, more, 0.0);
    }
    ++rounds;
  }
  CHECK(static_cast<double>(*expected_rounds_left(after_first, endurance)) == Approx(rounds).epsilon(0.1));
  CHECK(*after_first.rounds_at_this_cost < rounds / 4);
}

TEST_CASE("Stuck cells count as cells and end nothing") {
  FaultConfig faults;
  faults.stuck_low_share = 1.0;
  CellArray array(cell_of(10.0), 1, 0, 1, 3, faults);
  WriteVerifyConfig config;
  config.maximum_cycles = 50;
  array.write(config, Eigen::MatrixXf::Constant(1, 3, high), Eigen::MatrixXf::Constant(1, 3, 1.0F), 0);
  const ArrayWear wear = array.wear();
  CHECK(wear.cells == 3);
  CHECK(wear.all_kinds().cells == 0);
  CHECK(wear.all_kinds().pulses == 0);
  CHECK(wear.all_kinds().largest_pulse_count == 0);
  CHECK(wear.cells_past_endurance == 0);
  CHECK(wear.rounds_at_this_cost == std::nullopt);
  CHECK(expected_rounds_left(wear, 10.0) == std::nullopt);
}
