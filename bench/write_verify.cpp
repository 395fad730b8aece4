#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>

#include "models/physics/cell_array.hpp"
#include "sim/config/architecture.hpp"
#include "sim/mapping/tile_map.hpp"
#include "sim/network/resistive_arrays.hpp"
#include "tests/support/network_builder.hpp"

namespace palimpsest {
namespace {

constexpr std::uint32_t side = 128;

Architecture chip_with(const std::string& cell, const std::string& tolerance, const std::string& verify_deviations) {
  return read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json",
                           {{"/resistive_memory", "cells/" + cell + ".json"},
                            {"/programmer/tolerance_microsiemens", tolerance},
                            {"/programmer/verify_deviations", verify_deviations}});
}

/// Writes fresh tiles to targets spread over the window; counts cells, pulses and bytes that are kept.
void write_tiles(benchmark::State& state, const Architecture& chip) {
  const CellConfig& cell = chip.resistive_memory.cell;
  const auto low = static_cast<float>(cell.window_low_microsiemens);
  const auto high = static_cast<float>(cell.window_high_microsiemens);
  const Eigen::MatrixXf targets =
      Eigen::MatrixXf(Eigen::RowVectorXf::LinSpaced(side * side, low, high)).reshaped(side, side);
  const Eigen::MatrixXf tolerances =
      Eigen::MatrixXf::Constant(side, side, static_cast<float>(chip.write_verify.tolerance_microsiemens));
  std::uint32_t tile = 0;
  double pulses = 0.0;
  double bytes = 0.0;
  for (auto _ : state) {
    CellArray array(cell, 1, tile++, side, side);
    const ArrayWrite write = array.write(chip.write_verify, targets, tolerances, 0);
    pulses += static_cast<double>(write.rounds.set_pulses + write.rounds.reset_pulses);
    bytes = static_cast<double>(array.bytes_of_cells() + sizeof(WriteRounds) +
                                write.rounds.reads.size() * sizeof(std::uint64_t));
  }
  const double cells = static_cast<double>(state.iterations()) * side * side;
  state.counters["program_cells_per_second"] = benchmark::Counter(cells, benchmark::Counter::kIsRate);
  state.counters["program_pulses_per_second"] = benchmark::Counter(pulses, benchmark::Counter::kIsRate);
  state.counters["pulses_per_cell"] = pulses / cells;
  state.counters["bytes_per_cell"] = bytes / (side * side);
}

/// 50 pulses a cell, each verified by one read.
void jumping_cell_at_50_pulses(benchmark::State& state) { write_tiles(state, chip_with("jumping", "1", "0")); }

/// The shipped chip as it is.
void shipped_cell(benchmark::State& state) { write_tiles(state, chip_with("gate", "2", "3")); }

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// A layer of 768 inputs and 1024 outputs on the shipped chip: on one thread over on two, the best of each.
void two_threads(benchmark::State& state) {
  constexpr std::uint32_t inputs = 768;
  constexpr std::uint32_t outputs = 1024;
  const Architecture chip = chip_with("gate", "2", "3");
  test::NetworkBuilder builder({1, inputs});
  builder.linear(0, outputs, "w");
  const Network network = builder.network();
  const TileMap map = map_to_tiles(network, chip);
  const WeightSet weights{
      {"w", Eigen::MatrixXf(Eigen::RowVectorXf::LinSpaced(inputs * outputs, -1.0F, 1.0F)).reshaped(outputs, inputs)}};
  double one = std::numeric_limits<double>::max();
  double two = one;
  for (auto _ : state) {
    ResistiveArrays alone(chip, map, 1);
    ResistiveArrays shared(chip, map, 1);
    one = std::min(one, seconds_of([&] { alone.write(weights, {}, 1); }));
    two = std::min(two, seconds_of([&] { shared.write(weights, {}, 2); }));
  }
  state.counters["two_thread_speedup"] = one / two;
}

BENCHMARK(jumping_cell_at_50_pulses)->Unit(benchmark::kMillisecond);
BENCHMARK(shipped_cell)->Unit(benchmark::kMillisecond);
BENCHMARK(two_threads)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace palimpsest

BENCHMARK_MAIN();
