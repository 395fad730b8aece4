#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cstdint>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "models/physics/cell_array.hpp"
#include "tests/support/noisy_cell.hpp"
#include "tests/support/numpy_reference.hpp"
#include "tests/support/write_sums.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

WriteVerifyConfig programmer(std::uint32_t parallel_cells) {
  WriteVerifyConfig config;
  config.parallel_cells = parallel_cells;
  return config;
}

/// One tolerance for all cells.
ArrayWrite write_to(CellArray& array, const WriteVerifyConfig& config, const Eigen::MatrixXf& goal, std::uint32_t step,
                    float tolerance = 2.0F) {
  return array.write(config, goal, Eigen::MatrixXf::Constant(goal.rows(), goal.cols(), tolerance), step);
}

Eigen::MatrixXf targets(Eigen::Index rows, Eigen::Index columns) {
  return Eigen::MatrixXf(Eigen::RowVectorXf::LinSpaced(rows * columns, 15.0F, 75.0F)).reshaped(rows, columns);
}

Eigen::MatrixXf written(std::uint64_t seed, std::uint32_t unit, std::uint32_t step) {
  CellArray array(noisy_cell(), seed, unit, 4, 5);
  write_to(array, programmer(16), targets(4, 5), step);
  return array.conductances();
}

}  // namespace

TEST_CASE("Fresh cells stand at the low edge of the window, without wear") {
  const CellArray array(noisy_cell(), 1, 0, 3, 4);
  CHECK(identical(array.conductances(), Eigen::MatrixXf::Constant(3, 4, 10.0F)));
  CHECK(array.wear().all_kinds().largest_pulse_count == 0);
}

TEST_CASE("Cells are written row by row in groups of the cells that can be written at once") {
  // Nothing is out of reach of one read, so a group is its first round.
  CellArray array(noisy_cell(), 1, 0, 3, 10);
  const WriteRounds rounds = write_to(array, programmer(4), targets(3, 10), 0, 1000.0F).rounds;
  CHECK(rounds.cells == 30);
  CHECK(rounds.reads == std::vector<std::uint64_t>{0, 0, 3, 0, 6});
  CHECK(rounds.pulse_phases() == 0);
}

TEST_CASE("A round reads the cells of a group that it pulsed, and cells that are done stay out") {
  // By the pulses of each cell alone: those of a group that take k or more are pulsed in round k.
  constexpr Eigen::Index columns = 10;
  std::vector<std::uint64_t> pulses;
  std::vector<std::uint64_t> resets;
  for (Eigen::Index written = 0; written < columns; ++written) {
    CellArray array(noisy_cell(), 1, 0, 1, columns);
    const Eigen::MatrixXf goal = targets(1, columns);
    // The others hold their targets at any tolerance.
    Eigen::MatrixXf tolerances = Eigen::MatrixXf::Constant(1, columns, 1000.0F);
    tolerances(0, written) = 2.0F;
    const WriteRounds alone = array.write(programmer(1), goal, tolerances, 0).rounds;
    pulses.push_back(alone.set_pulses + alone.reset_pulses);
    resets.push_back(alone.reset_pulses);
  }
  std::vector<std::uint64_t> reads{0, 0, 1, 0, 2};
  std::uint64_t most_phases = 0;
  for (const auto& [first, end] : std::vector<std::pair<std::size_t, std::size_t>>{{0, 4}, {4, 8}, {8, 10}}) {
    for (std::uint64_t round = 1;; ++round) {
      std::size_t open = 0;
      for (std::size_t cell = first; cell < end; ++cell) open += pulses[cell] >= round ? 1 : 0;
      if (open == 0) break;
      ++reads[open];
      most_phases += open > 1 ? 2 : 1;
    }
  }
  CellArray array(noisy_cell(), 1, 0, 1, columns);
  const WriteRounds rounds = write_to(array, programmer(4), targets(1, columns), 0).rounds;
  CHECK(rounds.reads == reads);
  CHECK(rounds.set_pulses + rounds.reset_pulses == std::accumulate(pulses.begin(), pulses.end(), std::uint64_t{0}));
  CHECK(rounds.reset_pulses == std::accumulate(resets.begin(), resets.end(), std::uint64_t{0}));
  // SET pulses of a round are one phase, and RESET pulses another.
  CHECK(rounds.pulse_phases() >= rounds.read_phases() - 3);
  CHECK(rounds.pulse_phases() <= most_phases);
  CHECK(rounds.set_phases < rounds.set_pulses);
}

TEST_CASE("The rounds add up to one read more than pulses for every cell") {
  CellArray array(noisy_cell(), 1, 0, 3, 10);
  const WriteSums sum = write_sums(write_to(array, programmer(4), targets(3, 10), 0));
  CHECK(sum.cells == 30);
  CHECK(sum.pulses > 30);
  CHECK(sum.reads == sum.pulses + 30);
}

TEST_CASE("Grouping changes no cell") {
  CellArray one_by_one(noisy_cell(), 1, 0, 3, 10);
  CellArray together(noisy_cell(), 1, 0, 3, 10);
  const WriteSums alone = write_sums(write_to(one_by_one, programmer(1), targets(3, 10), 0));
  const WriteSums grouped = write_sums(write_to(together, programmer(10), targets(3, 10), 0));
  CHECK(identical(one_by_one.conductances(), together.conductances()));
  CHECK(alone.pulses == grouped.pulses);
  CHECK(alone.reads == grouped.reads);
}

TEST_CASE("Every cell of an array reaches its own target") {
  CellConfig cell = noisy_cell();
  cell.read_noise = 0.0;
  CellArray array(cell, 1, 0, 6, 9);
  const ArrayWrite write = write_to(array, programmer(16), targets(6, 9), 0);
  CHECK(write.failed_cells == 0);
  CHECK(largest_difference(array.conductances(), targets(6, 9)) <= 2.0001F);
}

TEST_CASE("Cells of one array have a tolerance each") {
  CellConfig cell = noisy_cell();
  cell.read_noise = 0.0;
  CellArray array(cell, 1, 0, 2, 40);
  const Eigen::MatrixXf goal = Eigen::MatrixXf::Constant(2, 40, 45.0F);
  Eigen::MatrixXf tolerances = Eigen::MatrixXf::Constant(2, 40, 4.0F);
  tolerances.row(1).setConstant(0.25F);
  WriteVerifyConfig patient = programmer(16);
  patient.maximum_cycles = 100'000;
  array.write(patient, goal, tolerances, 0);
  const Eigen::MatrixXf errors = (array.conductances() - goal).cwiseAbs();
  CHECK(errors.row(1).maxCoeff() <= 0.25F);
  CHECK(errors.row(0).maxCoeff() <= 4.0F);
  CHECK(errors.row(0).maxCoeff() > 1.0F);
}

TEST_CASE("A write holds only cells whose target is another than before, and no empty groups") {
  CellConfig cell = noisy_cell();
  cell.read_noise = 0.05;
  CellArray array(cell, 1, 0, 3, 10);
  Eigen::MatrixXf goal = targets(3, 10);
  CHECK(array.targets().array().isNaN().all());
  write_to(array, programmer(4), goal, 0);
  CHECK(identical(array.targets(), goal));
  CHECK(write_to(array, programmer(4), goal, 1).rounds.empty());

  const Eigen::MatrixXf before = array.conductances();
  goal(1, 5) += 20.0F;
  goal(1, 7) -= 20.0F;
  goal(2, 9) -= 20.0F;
  const ArrayWrite write = write_to(array, programmer(4), goal, 2);
  CHECK(write.rounds.cells == 3);
  CHECK(((array.conductances() - before).array() != 0.0F).count() == 3);
}

TEST_CASE("A cell is written again to the same target when the tolerance is another") {
  CellArray array(noisy_cell(), 1, 0, 2, 3);
  write_to(array, programmer(4), targets(2, 3), 0, 4.0F);
  CHECK(write_sums(write_to(array, programmer(4), targets(2, 3), 1, 1.0F)).cells == 6);
}

TEST_CASE("Cells that were given up are not tried again while their target stays") {
  WriteVerifyConfig impatient = programmer(4);
  impatient.maximum_cycles = 1;
  CellArray array(noisy_cell(), 1, 0, 2, 3);
  CHECK(write_to(array, impatient, targets(2, 3), 0, 0.001F).failed_cells == 6);
  const ArrayWrite again = write_to(array, impatient, targets(2, 3), 1, 0.001F);
  CHECK(again.failed_cells == 0);
  CHECK(again.rounds.empty());
}

TEST_CASE("The energies of one pulse per cell add up") {
  CellConfig cell;
  cell.soft_bound.set_step_microsiemens = 65.0;
  CellArray array(cell, 1, 0, 2, 3);
  // One SET pulse from 10 uS leads to 71.18 uS.
  const ArrayWrite write = write_to(array, programmer(16), Eigen::MatrixXf::Constant(2, 3, 71.0F), 0);
  CHECK(write.pulse_energy_joule == Approx(6 * 1.5 * 1.5 * 10e-6 * 100e-9));
  CHECK(write.pulse_charge_coulomb == Approx(6 * 1.5 * 10e-6 * 100e-9));
  CHECK(write.verified_microsiemens == Approx(6 * (10.0 + 10.0 + 65.0 * 80.0 / 85.0)));
  CHECK(array.wear().all_kinds().largest_pulse_count == 1);
}

TEST_CASE("A cell is formed once, before its first write, and that is no wear") {
  WriteVerifyConfig config = programmer(4);
  config.forming = FormingConfig{3.0, 10'000.0, 80.0};
  CellArray formed(noisy_cell(), 1, 0, 2, 6);
  CellArray unformed(noisy_cell(), 1, 0, 2, 6);
  Eigen::MatrixXf goal = targets(2, 6);
  const ArrayWrite first = write_to(formed, config, goal, 0);
  const ArrayWrite without = write_to(unformed, programmer(4), goal, 0);
  CHECK(first.rounds.forming_pulses == 12);
  CHECK(first.rounds.forming_phases == 4);
  CHECK(identical(formed.conductances(), unformed.conductances()));
  CHECK(formed.wear().all_kinds().pulses == unformed.wear().all_kinds().pulses);
  // 80 uA for 10 us at 3 V.
  CHECK(first.pulse_charge_coulomb - without.pulse_charge_coulomb == Approx(12 * 80e-6 * 10e-6));
  CHECK(first.pulse_energy_joule - without.pulse_energy_joule == Approx(12 * 3.0 * 80e-6 * 10e-6));

  goal.array() += 5.0F;
  const WriteRounds second = write_to(formed, config, goal, 1).rounds;
  CHECK(second.forming_pulses == 0);
  CHECK(second.forming_phases == 0);
}

TEST_CASE("Cells given up are counted") {
  CellConfig cell = noisy_cell();
  cell.soft_bound.set_step_microsiemens = 0.0;
  WriteVerifyConfig config = programmer(16);
  config.maximum_cycles = 5;
  CellArray array(cell, 1, 0, 2, 3);
  Eigen::MatrixXf goal = Eigen::MatrixXf::Constant(2, 3, 60.0F);
  goal(1, 1) = 10.0F;
  const ArrayWrite write = write_to(array, config, goal, 0);
  CHECK(write.failed_cells == 5);
  CHECK(write_sums(write).pulses == 25);
}

TEST_CASE("A written cell takes no more than 16 bytes") {
  CellArray array(noisy_cell(), 1, 0, 128, 128);
  const ArrayWrite write = write_to(array, programmer(16), targets(128, 128), 0, 1.0F);
  const WriteSums sums = write_sums(write);
  REQUIRE(sums.pulses > 30 * sums.cells);
  const std::size_t rounds = sizeof(WriteRounds) + write.rounds.reads.size() * sizeof(std::uint64_t);
  CHECK(array.bytes_of_cells() + rounds <= 16 * sums.cells);
}

TEST_CASE("Wear adds up over the writes of the most pulsed cell") {
  CellConfig cell;
  cell.soft_bound.set_step_microsiemens = 65.0;
  cell.soft_bound.reset_step_microsiemens = 65.0;
  CellArray array(cell, 1, 0, 1, 2);
  const Eigen::MatrixXf low = Eigen::MatrixXf::Constant(1, 2, 10.0F);
  Eigen::MatrixXf high = low;
  high(0, 1) = 71.0F;
  write_to(array, programmer(16), high, 0);
  CHECK(array.wear().all_kinds().largest_pulse_count == 1);
  // 71.18 uS - 65 uS * 66.18 / 85 = 20.57 uS.
  write_to(array, programmer(16), low, 1, 12.0F);
  CHECK(array.wear().all_kinds().largest_pulse_count == 2);
  write_to(array, programmer(16), low, 2, 12.0F);
  CHECK(array.wear().all_kinds().largest_pulse_count == 2);
}

TEST_CASE("Seed, array and step each change the draws of a write") {
  const Eigen::MatrixXf base = written(1, 0, 0);
  CHECK(identical(written(1, 0, 0), base));
  CHECK_FALSE(identical(written(2, 0, 0), base));
  CHECK_FALSE(identical(written(1, 1, 0), base));
  CHECK_FALSE(identical(written(1, 0, 1), base));
}

TEST_CASE("Cells of one array draw apart from each other") {
  CellConfig cell = noisy_cell();
  cell.soft_bound.device_to_device = 0.0;
  CellArray array(cell, 1, 0, 3, 4);
  write_to(array, programmer(16), Eigen::MatrixXf::Constant(3, 4, 45.0F), 0);
  const Eigen::MatrixXf conductances = array.conductances();
  const std::set<float> different(conductances.data(), conductances.data() + conductances.size());
  CHECK(different.size() == 12);
}

TEST_CASE("The order in which arrays are written changes none of them") {
  const WriteVerifyConfig config = programmer(16);
  CellArray first(noisy_cell(), 1, 0, 4, 5);
  CellArray second(noisy_cell(), 1, 1, 4, 5);
  write_to(second, config, targets(4, 5), 0);
  write_to(first, config, targets(4, 5), 0);
  CHECK(identical(first.conductances(), written(1, 0, 0)));
  CHECK(identical(second.conductances(), written(1, 1, 0)));
}

TEST_CASE("A read back reads every cell once and changes none") {
  CellArray array(noisy_cell(), 1, 0, 3, 10);
  write_to(array, programmer(4), targets(3, 10), 0);
  const Eigen::MatrixXf before = array.conductances();
  const std::uint64_t pulses = array.wear().all_kinds().largest_pulse_count;
  const ArrayWrite read = array.read_back(programmer(4));
  CHECK(read.rounds.reads == std::vector<std::uint64_t>{0, 0, 3, 0, 6});
  CHECK(write_sums(read).cells == 0);
  CHECK(write_sums(read).pulses == 0);
  CHECK(write_sums(read).reads == 30);
  CHECK(read.pulse_energy_joule == 0.0);
  CHECK(read.verified_microsiemens == Approx(before.cast<double>().sum()));
  CHECK(identical(array.conductances(), before));
  CHECK(array.wear().all_kinds().largest_pulse_count == pulses);
}
