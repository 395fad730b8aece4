#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

namespace palimpsest {

/// The rounds of write-verify of groups of cells that share a row, summed: in a round cells are pulsed where wanted,
/// forming first, and those still open are read; the first round of a group only forms and reads. Further reads that a
/// verify averages are rounds without pulses. A phase of pulses opens the row's word line once: forming, SET at each
/// gate voltage (cells of a row share their gate line), RESET. Rounds follow one another whatever group they belong to,
/// so time and energy need no more than these numbers.
struct WriteRounds {
  std::uint64_t cells = 0;
  std::uint64_t set_pulses = 0;
  std::uint64_t reset_pulses = 0;
  std::uint64_t forming_pulses = 0;
  std::uint64_t set_phases = 0;
  std::uint64_t reset_phases = 0;
  std::uint64_t forming_phases = 0;
  std::vector<std::uint64_t> reads;  ///< element n: rounds that read n cells at once; element 0 stays 0

  bool empty() const { return cells == 0 && reads.empty() && pulse_phases() == 0; }

  std::uint64_t pulse_phases() const { return set_phases + reset_phases + forming_phases; }

  /// Rounds that read.
  std::uint64_t read_phases() const { return std::accumulate(reads.begin(), reads.end(), std::uint64_t{0}); }

  /// Reads of single cells.
  std::uint64_t verify_reads() const {
    std::uint64_t sum = 0;
    for (std::size_t cells_read = 1; cells_read < reads.size(); ++cells_read) sum += cells_read * reads[cells_read];
    return sum;
  }

  /// Adds `rounds` rounds that read `cells_read` cells at once.
  void add_reads(std::size_t cells_read, std::uint64_t rounds) {
    if (cells_read == 0 || rounds == 0) return;
    if (reads.size() <= cells_read) reads.resize(cells_read + 1, 0);
    reads[cells_read] += rounds;
  }
};

}  // namespace palimpsest
