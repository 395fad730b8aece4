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

std::uint64_t whole_rounds(double rounds) {
  constexpr double most_rounds = 1e18;  // fits into 64 bits
  return static_cast<std::uint64_t>(std::floor(std::clamp(rounds, 0.0, most_rounds)));
}

std::optional<std::uint64_t> rounds_of_kind(const KindWear& kind, double life_pulses) {
  if (kind.round_pulses == 0) return std::nullopt;
  const auto cells = static_cast<double>(kind.cells);
  const double mean = static_cast<double>(kind.round_pulses) / cells;
  const double variance = std::max(kind.squared_round_pulses / cells - mean * mean, 0.0);
  const double spread = std::sqrt(2.0 * std::log(cells) * variance);
  const double left = std::max(life_pulses - static_cast<double>(kind.pulses) / cells, 0.0);
  // n mean + sqrt(n) spread = left, solved for sqrt(n).
  const double root = (std::sqrt(spread * spread + 4.0 * mean * left) - spread) / (2.0 * mean);
  const double of_most_worn = (life_pulses - static_cast<double>(kind.largest_pulse_count)) / mean;
  return whole_rounds(std::min(root * root, of_most_worn));
}

}  // namespace

KindWear& KindWear::operator+=(const KindWear& other) {
  cells += other.cells;
  pulses += other.pulses;
  largest_pulse_count = std::max(largest_pulse_count, other.largest_pulse_count);
  round_pulses += other.round_pulses;
  squared_round_pulses += other.squared_round_pulses;
  return *this;
}

void ArrayWear::add_cell(double endurance_cycles, float tolerance, std::uint64_t cell_pulses,
                         std::uint64_t round_pulses, double seconds) {
  const double pulses_left = 2.0 * endurance_cycles - static_cast<double>(cell_pulses);
  ++cells;
  cells_past_endurance += pulses_left < 0.0 ? 1 : 0;
  if (round_pulses != 0)
    rounds_at_this_cost = fewer(rounds_at_this_cost, whole_rounds(pulses_left / static_cast<double>(round_pulses)));
  if (cell_pulses != 0) {
    ++pulsed_cells;
    age_seconds += seconds;
  }
  const auto pulses_of_round = static_cast<double>(round_pulses);
  kinds[tolerance] += {1, cell_pulses, cell_pulses, round_pulses, pulses_of_round * pulses_of_round};
}

KindWear ArrayWear::all_kinds() const {
  KindWear sum;
  for (const auto& [tolerance, kind] : kinds) sum += kind;
  return sum;
}

ArrayWear& ArrayWear::operator+=(const ArrayWear& other) {
  cells += other.cells;
  cells_past_endurance += other.cells_past_endurance;
  rounds_at_this_cost = fewer(rounds_at_this_cost, other.rounds_at_this_cost);
  pulsed_cells += other.pulsed_cells;
  age_seconds += other.age_seconds;
  for (const auto& [tolerance, kind] : other.kinds) kinds[tolerance] += kind;
  return *this;
}

std::optional<std::uint64_t> expected_rounds_left(const ArrayWear& wear, double endurance_cycles) {
  const double life_pulses = 2.0 * endurance_cycles;
  std::optional<std::uint64_t> rounds;
  for (const auto& [tolerance, kind] : wear.kinds) rounds = fewer(rounds, rounds_of_kind(kind, life_pulses));
  if (rounds && static_cast<double>(wear.all_kinds().largest_pulse_count) >= life_pulses) return 0;
  return rounds;
}

std::optional<std::uint64_t> least_rounds_left(const ArrayWear& wear, double endurance_cycles) {
  return fewer(expected_rounds_left(wear, endurance_cycles), wear.rounds_at_this_cost);
}

}  // namespace palimpsest
