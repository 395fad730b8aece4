#include "models/physics/wear.hpp"

#include <algorithm>
#include <cmath>

namespace palimpsest {

namespace {

std::optional<std::uint64_t> fewer(const std::optional<std::uint64_t>& left,
                                   const std::optional<std::uint64_t>& right) {
  if (!left || !right) return left ? left : right;
  return std::min(*left, *right);
}

}  // namespace

void ArrayWear::add_cell(double endurance_cycles, std::uint64_t cell_pulses, std::uint64_t round_pulses,
                         double seconds) {
  const double pulses_left = 2.0 * endurance_cycles - static_cast<double>(cell_pulses);
  ArrayWear cell;
  cell.cells = 1;
  cell.pulses = cell_pulses;
  cell.largest_pulse_count = cell_pulses;
  cell.cells_past_endurance = pulses_left < 0.0 ? 1 : 0;
  if (round_pulses != 0) {
    cell.rounds_left =
        static_cast<std::uint64_t>(std::floor(std::max(pulses_left, 0.0) / static_cast<double>(round_pulses)));
  }
  if (cell_pulses != 0) {
    cell.pulsed_cells = 1;
    cell.age_seconds = seconds;
  }
  *this += cell;
}

ArrayWear& ArrayWear::operator+=(const ArrayWear& other) {
  cells += other.cells;
  pulses += other.pulses;
  largest_pulse_count = std::max(largest_pulse_count, other.largest_pulse_count);
  cells_past_endurance += other.cells_past_endurance;
  rounds_left = fewer(rounds_left, other.rounds_left);
  pulsed_cells += other.pulsed_cells;
  age_seconds += other.age_seconds;
  return *this;
}

}  // namespace palimpsest
