#pragma once

#include <cstdint>
#include <map>
#include <optional>

namespace palimpsest {

/// What cells of one kind have taken: those that are written to the same tolerance.
struct KindWear {
  std::uint64_t cells = 0;
  std::uint64_t pulses = 0;               ///< since they were new
  std::uint64_t largest_pulse_count = 0;  ///< of one cell, since it was new
  std::uint64_t round_pulses = 0;         ///< of this round
  double squared_round_pulses = 0.0;      ///< summed over the cells

  KindWear& operator+=(const KindWear& other);
};

/// How far the cells of one or several arrays are worn. A SET/RESET cycle is two pulses, so a cell lasts for twice as
/// many pulses as its endurance has cycles. All but `cells` is of
/// working cells: stuck ones are broken already.
struct ArrayWear {
  std::uint64_t cells = 0;
  std::uint64_t cells_past_endurance = 0;
  /// How many more rounds the cells that this round pulsed last if each costs every cell what this one did. A cell that
  /// had bad luck in this round need not have it again. Empty if it pulsed none.
  std::optional<std::uint64_t> rounds_at_this_cost;
  std::uint64_t pulsed_cells = 0;   ///< since they were new
  double age_seconds = 0.0;         ///< time since their last pulse, summed over them
  std::map<float, KindWear> kinds;  ///< by tolerance, microsiemens

  /// Adds a working cell of the kind `tolerance` with its pulses since it was new and in this round, and the time since
  /// the last one.
  void add_cell(double endurance_cycles, float tolerance, std::uint64_t cell_pulses, std::uint64_t round_pulses,
                double seconds);
  void add_stuck_cell() { ++cells; }

  KindWear all_kinds() const;

  ArrayWear& operator+=(const ArrayWear& other);
};

/// Rounds until the first of all cells has taken its pulses, if a cell's pulses vary from round to round as they vary
/// from cell to cell in this one. Of N cells of a kind with m pulses in the mean and s of standard deviation per round
/// the most pulsed one has n m + s sqrt(2 n ln N) after n rounds; the kind that ends first counts. 0 once a cell has
/// taken its pulses. Empty if this round pulsed no cell.
std::optional<std::uint64_t> expected_rounds_left(const ArrayWear& wear, double endurance_cycles);

/// The fewer of these and of `rounds_at_this_cost`.
std::optional<std::uint64_t> least_rounds_left(const ArrayWear& wear, double endurance_cycles);

}  // namespace palimpsest
