#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>

#include "models/physics/array_write.hpp"
#include "models/physics/cell_array.hpp"
#include "models/physics/write_cycles.hpp"
#include "models/physics/write_verify.hpp"
#include "tests/support/distribution.hpp"
#include "tests/support/noisy_cell.hpp"
#include "tests/support/single_cell.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

WriteVerifyConfig averaging(double deviations) {
  WriteVerifyConfig config;
  config.verify_deviations = deviations;
  return config;
}

CellConfig cell_that_reads_with(double noise) {
  CellConfig cell;
  cell.read_noise = noise;
  return cell;
}

/// One verify of many cells that hold `conductance`, without a pulse.
struct Verified {
  double converged_share = 0.0;
  double mean_reads = 0.0;
};

Verified verify_many(double conductance, const CellTarget& target, double deviations) {
  constexpr std::uint64_t cells = 20'000;
  WriteVerifyConfig config = averaging(deviations);
  config.maximum_cycles = 0;
  Verified sum;
  for (std::uint64_t cell = 0; cell < cells; ++cell) {
    const CellStream stream{{5, cell, 0}};
    const CellWrite write = write_cell(cell_that_reads_with(0.01), config, {}, conductance, target, stream);
    sum.converged_share += write.converged ? 1.0 / cells : 0.0;
    sum.mean_reads += static_cast<double>(write.verify_reads.at(0)) / cells;
  }
  return sum;
}

}  // namespace

TEST_CASE("A verify averages as many reads as its tolerance needs") {
  const CellConfig cell = cell_that_reads_with(0.01);
  // 0.45 uS of noise: 3 of them are 2.7 times 0.5 uS, squared 7.29.
  CHECK(wanted_verify_reads(cell, averaging(3.0), {45.0, 0.5}) == 8.0);
  CHECK(wanted_verify_reads(cell, averaging(3.0), {45.0, 2.0}) == 1.0);
  CHECK(wanted_verify_reads(cell, averaging(3.0), {80.0, 2.0}) == 2.0);
  CHECK(wanted_verify_reads(cell, averaging(4.0), {50.0, 0.5}) == 16.0);
  CHECK(wanted_verify_reads(cell, averaging(0.0), {45.0, 0.5}) == 1.0);
  CHECK(wanted_verify_reads(cell_that_reads_with(0.0), averaging(3.0), {45.0, 0.5}) == 1.0);
}

TEST_CASE("A cell on its target is seen to be there, where one read would often miss it") {
  const CellTarget target{45.0, 0.5};
  // One read: 0.5 uS are 1.11 of its deviations.
  CHECK(verify_many(45.0, target, 0.0).converged_share ==
        Approx(2.0 * normal_distribution(0.5 / 0.45) - 1.0).margin(0.015));
  const Verified averaged = verify_many(45.0, target, 3.0);
  // The mean of 8 reads: 3.14 deviations. A first read beyond 1.85 uS, 4.1 deviations, is rare.
  CHECK(averaged.converged_share == Approx(2.0 * normal_distribution(0.5 / 0.45 * std::sqrt(8.0)) - 1.0).margin(0.002));
  CHECK(averaged.mean_reads > 7.99);
}

TEST_CASE("A mean is normal about the conductance with the deviation of a read over the root of their number") {
  // 0.2 uS off the edge of the tolerance, with 8 reads of 0.447 uS each.
  const double held = 44.7;
  const double deviation = 0.01 * held / std::sqrt(8.0);
  CHECK(verify_many(held, {45.0, 0.5}, 3.0).converged_share ==
        Approx(normal_distribution((45.5 - held) / deviation) - normal_distribution((44.5 - held) / deviation))
            .margin(0.011));
}

TEST_CASE("A read that is plainly off is not repeated") {
  CHECK(verify_many(30.0, {45.0, 0.5}, 3.0).mean_reads == Approx(1.0));
  CHECK(verify_many(60.0, {45.0, 0.5}, 3.0).converged_share == 0.0);
}

TEST_CASE("Each read of a verify adds its conductance") {
  WriteVerifyConfig config = averaging(3.0);
  config.maximum_cycles = 0;
  const CellStream stream{{5, 0, 0}};
  const CellWrite write = write_cell(cell_that_reads_with(0.01), config, {}, 45.0, {45.0, 0.5}, stream);
  REQUIRE(write.verify_reads == std::vector<std::uint32_t>{8});
  CHECK(write.verified_conductance_microsiemens == Approx(8.0 * 45.0));
}

TEST_CASE("Further reads are rounds of the cells that need them, behind the round they belong to") {
  // A cell with a SET, and one with a SET and a RESET, which averages three reads after the
  // first pulse and two after the second.
  CellWrites writes;
  writes.cells.resize(2);
  writes.cells[0].pulses = 1;
  writes.cells[1].pulses = 2;
  writes.cells[1].first_direction = 1;
  writes.directions = {1, 1};
  writes.further_reads = {{1, 2, 2}, {1, 1, 3}};
  const WriteRounds rounds = rounds_of({}, writes, {{2}, {}});
  CHECK(rounds.cells == 2);
  CHECK(rounds.set_pulses == 2);
  CHECK(rounds.reset_pulses == 1);
  CHECK(rounds.set_phases == 1);
  CHECK(rounds.reset_phases == 1);
  // Both, before and after the first pulses; twice more the one that averages three; it alone after its second pulse,
  // twice.
  CHECK(rounds.reads == std::vector<std::uint64_t>{0, 4, 2});
}

TEST_CASE("SET pulses of a round take a pulse for each gate voltage, a RESET one for all") {
  TileConfig tile;
  tile.pulse_ns = 30.0;
  Clock clock;
  clock.period_ps = 10'000;
  WriteRounds rounds;
  rounds.set_phases = 3;
  rounds.reset_phases = 1;
  CHECK(WriteCycles(tile, clock).of(rounds) == 3 * 3 + 3);
}

TEST_CASE("Cells verified within the tolerance stay when they are rewritten, unless a verify is one read") {
  // Landings are evenly spread about the target, so of the cells that one verify with deviation s lets pass, another
  // such verify would refuse 2 s / sqrt(pi) over the width of the tolerance. What is left of that are cells that lie
  // beyond the tolerance by more than a quarter of it.
  constexpr Eigen::Index cells = 4000;
  const Eigen::MatrixXf targets = Eigen::MatrixXf::Constant(40, cells / 40, 45.0F);
  const Eigen::MatrixXf tolerances = Eigen::MatrixXf::Constant(40, cells / 40, 0.5F);
  const auto pulsed_again = [&](double deviations) {
    WriteVerifyConfig config = averaging(deviations);
    config.maximum_cycles = 10'000;
    config.parallel_cells = 1;
    CellArray array(noisy_cell(), 1, 0, 40, cells / 40);
    array.write(config, targets, tolerances, 0);
    const Eigen::MatrixXf before = array.conductances();
    // A target that is the same to all intents, since cells of the very same one are not read.
    array.write(config, targets.array() + 1e-4F, tolerances, 1);
    return static_cast<double>((array.conductances().array() != before.array()).count()) / cells;
  };
  const double pi = std::acos(-1.0);
  CHECK(pulsed_again(3.0) < 0.25 * 2.0 * 0.45 / std::sqrt(8.0) / std::sqrt(pi));
  CHECK(pulsed_again(6.0) < 0.25 * 2.0 * 0.45 / std::sqrt(30.0) / std::sqrt(pi));
  CHECK(pulsed_again(0.0) > 0.35);
}
