#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace palimpsest {

/// Cells that are written side by side at most, whatever the processor has.
inline constexpr std::size_t most_cell_lanes = 16;

/// Cells side by side: [lanes] of each.
struct WritingLanes {
  alignas(64) float conductance[most_cell_lanes];
  alignas(64) float share[most_cell_lanes];
  alignas(64) float target[most_cell_lanes];
  alignas(64) float tolerance[most_cell_lanes];
  alignas(64) float plainly_off[most_cell_lanes];
  alignas(64) float further_reads[most_cell_lanes];
  alignas(64) float hold_reads[most_cell_lanes];
  alignas(64) float set_factor[most_cell_lanes];
  alignas(64) float reset_factor[most_cell_lanes];
  alignas(64) float steps[most_cell_lanes];
  alignas(64) float last_set[most_cell_lanes];
  alignas(64) float charge[most_cell_lanes];    ///< volt microsiemens, since the last word of directions
  alignas(64) float energy[most_cell_lanes];    ///< times volt
  alignas(64) float verified[most_cell_lanes];  ///< microsiemens
  alignas(64) std::uint32_t cell[most_cell_lanes];
  alignas(64) std::uint32_t block[most_cell_lanes];
  alignas(64) std::uint32_t pulses[most_cell_lanes];
  alignas(64) std::uint32_t directions[most_cell_lanes];
  alignas(64) std::uint32_t next_direction[most_cell_lanes];  ///< the bit of the next pulse; 0: the word is full
  alignas(64) std::uint32_t idle[most_cell_lanes];            ///< all bits set where no cell is
  std::array<std::uint32_t, most_cell_lanes> place;           ///< of the cell in the batch
  std::array<double, most_cell_lanes> charge_before;
  std::array<double, most_cell_lanes> energy_before;
  std::array<double, most_cell_lanes> verified_before;
  std::array<std::vector<std::uint32_t>, most_cell_lanes> full_words;
  std::uint32_t live = 0;  ///< a bit for each lane with a cell

  /// Puts away a word of directions, and the sums with it: in single precision they are those of a word's pulses, so
  /// that no long write loses digits.
  void fill_word(std::size_t lane) {
    charge_before[lane] += double{charge[lane]};
    energy_before[lane] += double{energy[lane]};
    verified_before[lane] += double{verified[lane]};
    charge[lane] = energy[lane] = verified[lane] = 0.0F;
    full_words[lane].push_back(directions[lane]);
    directions[lane] = 0;
    next_direction[lane] = 1;
  }
};

}  // namespace palimpsest
