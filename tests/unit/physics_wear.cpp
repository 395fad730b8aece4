#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cstdint>
#include <optional>

#include "models/physics/cell_array.hpp"

using namespace palimpsest;

namespace {

// One SET pulse leads from 10 to 71.18 uS, one RESET pulse from there to 20.57 uS.
constexpr float low = 16.0F;
constexpr float high = 71.0F;

CellConfig cell_of(double endurance_cycles) {
  CellConfig cell;
  cell.set_step_microsiemens = 65.0;
  cell.reset_step_microsiemens = 65.0;
  cell.endurance_cycles = endurance_cycles;
  return cell;
}

void write(CellArray& array, const Eigen::MatrixXf& targets) {
  array.write({}, targets, Eigen::MatrixXf::Constant(targets.rows(), targets.cols(), 6.5F), 0);
}

}  // namespace

TEST_CASE("Rounds left are those of the cell that lasts shortest among the pulsed ones") {
  CellArray array(cell_of(10.0), 1, 0, 1, 3);
  CHECK(array.wear().rounds_left == std::nullopt);
  // The second and third cells take a pulse each; 20 pulses are a life.
  array.begin_round();
  write(array, Eigen::MatrixXf{{low, high, high}});
  CHECK(array.wear().rounds_left == 19U);
  CHECK(array.wear().largest_pulse_count == 1);
  // Two pulses in one round for the third cell, one by one: 3 in all, (20 - 3) / 2 are left.
  array.begin_round();
  write(array, Eigen::MatrixXf{{low, high, low}});
  write(array, Eigen::MatrixXf{{low, high, high}});
  CHECK(array.wear().rounds_left == 8U);
  // The second cell, with 2 pulses and one of this round, lasts for 18 more.
  array.begin_round();
  write(array, Eigen::MatrixXf{{low, low, high}});
  CHECK(array.wear().rounds_left == 18U);
  array.begin_round();
  CHECK(array.wear().rounds_left == std::nullopt);
  const ArrayWear wear = array.wear();
  CHECK(wear.cells == 3);
  CHECK(wear.pulses == 5);
  CHECK(wear.largest_pulse_count == 3);
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
  CHECK(array.wear().rounds_left == 0U);
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
  CHECK(sum.rounds_left == std::nullopt);
  ArrayWear first;
  first.add_cell(100.0, 50, 10, 7.0);
  ArrayWear second;
  second.add_cell(100.0, 200, 0, 3.0);
  ArrayWear third;
  third.add_cell(100.0, 120, 8, 2.0);
  for (const ArrayWear& wear : {first, second, third}) sum += wear;
  CHECK(sum.cells == 3);
  CHECK(sum.pulses == 370);
  CHECK(sum.largest_pulse_count == 200);
  CHECK(sum.cells_past_endurance == 0);
  CHECK(sum.rounds_left == 10U);
  CHECK(sum.age_seconds == 12.0);
}
