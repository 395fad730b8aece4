#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "sim/config/architecture.hpp"

namespace palimpsest {

/// Many fresh cells written within one tolerance. A cycle is a write pulse; cells given up count with all of theirs.
struct TolerancePoint {
  double tolerance_microsiemens = 0.0;
  std::uint64_t cells = 0;
  std::uint64_t failed = 0;  ///< given up outside the tolerance
  double mean_cycles = 0.0;
  double std_cycles = 0.0;               ///< standard deviation over the cells
  std::uint64_t tenth_cycles = 0;        ///< a tenth of the cells takes at most as many,
  std::uint64_t median_cycles = 0;       ///< half of them,
  std::uint64_t nine_tenths_cycles = 0;  ///< nine tenths,
  std::uint64_t most_cycles = 0;         ///< all of them
  double mean_energy_joule = 0.0;        ///< pulses, drivers and verify reads of a cell
  double mean_seconds = 0.0;             ///< of a cell written by itself
};

/// Writes `cells` fresh cells to targets spread evenly over the window. Every call with one seed has the same cells and
/// draws: with a smaller tolerance the same row of pulses only ends later. The number of threads changes nothing.
/// `cells_written`, if any, is called with numbers of cells that are written, by several threads.
TolerancePoint tolerance_point(const Architecture& architecture, double tolerance_microsiemens, std::uint32_t cells,
                               std::uint64_t seed, unsigned threads,
                               const std::function<void(std::size_t)>& cells_written = {});

}  // namespace palimpsest
