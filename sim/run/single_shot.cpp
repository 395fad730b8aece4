#include "sim/run/single_shot.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/physics/access_transistor.hpp"
#include "models/physics/pulsed_cells.hpp"
#include "sim/parallel.hpp"
#include "sim/run/fresh_cell.hpp"

namespace palimpsest {

namespace {

// Arrays 0 to 3 are those of the study's other cells.
constexpr std::uint64_t typical_unit = 4;
constexpr std::uint64_t cells_unit = 5;

struct Moments {
  double mean = 0.0;
  double deviation = 0.0;
};

Moments moments(const std::vector<double>& values) {
  Moments result;
  for (const double value : values) result.mean += value;
  result.mean /= static_cast<double>(values.size());
  double squares = 0.0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  result.deviation = std::sqrt(squares / static_cast<double>(values.size()));
  return result;
}

/// What a RESET and a SET at `gate_volt` make of each cell, as read.
std::vector<double> levels_of(const Architecture& architecture, double gate_volt, const WriteKey& key,
                              PulsedCells& cells) {
  const CellConfig& cell = architecture.resistive_memory.cell;
  const PulseConfig& pulse = architecture.write_verify.pulse;
  cells.conductances.assign(cells.cells.size(), static_cast<float>(cell.limit_high_microsiemens));
  pulse_cells(cell, false, {pulse.reset_volt, {}}, key, 0, cells);
  pulse_cells(cell, true, {pulse.set_volt, gate_volt}, key, 1, cells);
  std::vector<double> levels;
  levels.reserve(cells.cells.size());
  for (const float reached : cells.conductances)
    levels.push_back(conductance_through(cell.access_transistor_ohm, double{reached}));
  return levels;
}

SingleShotLevel level_at(const Architecture& architecture, double gate_volt, std::uint32_t number, std::uint32_t shots,
                         std::uint64_t seed) {
  PulsedCells cells;
  cells.cells.resize(shots);
  std::iota(cells.cells.begin(), cells.cells.end(), 0U);
  cells.traits.resize(shots);
  const std::vector<double> typical =
      levels_of(architecture, gate_volt, {seed, typical_unit << cell_number_bits, number}, cells);
  cells.traits = draw_traits(architecture.resistive_memory.cell, seed, cells_unit << cell_number_bits, cells.cells);
  const std::vector<double> many =
      levels_of(architecture, gate_volt, {seed, cells_unit << cell_number_bits, number}, cells);
  const Moments one = moments(typical);
  const Moments all = moments(many);
  return {gate_volt, one.mean, one.deviation, all.mean, all.deviation};
}

/// The line of least squares.
void fit_line(SingleShots& shots) {
  const auto count = static_cast<double>(shots.levels.size());
  double volt = 0.0;
  double level = 0.0;
  for (const SingleShotLevel& point : shots.levels) {
    volt += point.gate_volt / count;
    level += point.mean / count;
    shots.mean_deviation += point.deviation / count;
  }
  double volt_squares = 0.0;
  double products = 0.0;
  double level_squares = 0.0;
  for (const SingleShotLevel& point : shots.levels) {
    volt_squares += (point.gate_volt - volt) * (point.gate_volt - volt);
    products += (point.gate_volt - volt) * (point.mean - level);
    level_squares += (point.mean - level) * (point.mean - level);
  }
  shots.slope = products / volt_squares;
  double left = 0.0;
  for (const SingleShotLevel& point : shots.levels) {
    const double difference = point.mean - level - shots.slope * (point.gate_volt - volt);
    left += difference * difference;
    shots.largest_deviation = std::max(shots.largest_deviation, std::abs(difference));
  }
  shots.r_squared = 1.0 - left / level_squares;
  shots.level_distance = (shots.levels.back().mean - shots.levels.front().mean) / (count - 1.0);
}

}  // namespace

SingleShots single_shots(const Architecture& architecture, std::uint32_t shots, std::uint64_t seed, unsigned threads,
                         const std::function<void()>& level_done) {
  const CellConfig& cell = architecture.resistive_memory.cell;
  const double lowest = gate_volt_of_level(
      cell.gate_controlled, conductance_behind(cell.access_transistor_ohm, cell.window_low_microsiemens));
  const double highest = gate_volt_of_level(
      cell.gate_controlled, conductance_behind(cell.access_transistor_ohm, cell.window_high_microsiemens));
  SingleShots result;
  result.levels.resize(single_shot_steps + 1);
  parallel_for(result.levels.size(), threads, [&](std::size_t number) {
    const double position = static_cast<double>(number) / single_shot_steps;
    result.levels[number] =
        level_at(architecture, lowest + position * (highest - lowest), static_cast<std::uint32_t>(number), shots, seed);
    if (level_done) level_done();
  });
  fit_line(result);
  return result;
}

}  // namespace palimpsest
