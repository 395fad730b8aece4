#pragma once

#include <cstdint>
#include <optional>

namespace palimpsest {

/// How far the cells of one or several arrays are worn. A SET/RESET cycle is two pulses, so a cell lasts for twice as
/// many pulses as its endurance has cycles.
struct ArrayWear {
  std::uint64_t cells = 0;
  std::uint64_t pulses = 0;               ///< of all cells since they were new
  std::uint64_t largest_pulse_count = 0;  ///< of one cell
  std::uint64_t cells_past_endurance = 0;
  /// How many more rounds like this one the cells that it pulsed last; empty if it pulsed none.
  std::optional<std::uint64_t> rounds_left;
  std::uint64_t pulsed_cells = 0;  ///< since they were new
  double age_seconds = 0.0;        ///< time since their last pulse, summed over them

  /// Adds a cell with its pulses since it was new and in this round, and the time since the last one.
  void add_cell(double endurance_cycles, std::uint64_t cell_pulses, std::uint64_t round_pulses, double seconds);

  ArrayWear& operator+=(const ArrayWear& other);
};

}  // namespace palimpsest
