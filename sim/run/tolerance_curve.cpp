#include "sim/run/tolerance_curve.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/parallel.hpp"
#include "sim/run/fresh_cell.hpp"
#include "sim/run/write_totals.hpp"

namespace palimpsest {

namespace {

// Enough to fill the vector lanes for most of the time.
constexpr std::uint32_t cells_at_once = 512;

/// Each cell is a group of its own, written for the first time.
ArrayWrite cells_by_themselves(const WriteVerifyConfig& config, const CellWrites& writes) {
  CellGroups groups;
  for (std::size_t cell = 0; cell < writes.cells.size(); ++cell) groups.ends.push_back(cell + 1);
  if (config.forming) groups.formed.assign(writes.cells.size(), 1);
  return array_write(config, writes, groups);
}

/// The smallest number that `share` of the sorted numbers does not exceed.
std::uint64_t quantile(const std::vector<std::uint64_t>& sorted, double share) {
  const double rank = std::ceil(share * static_cast<double>(sorted.size()));
  return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

}  // namespace

TolerancePoint tolerance_point(const Architecture& architecture, double tolerance_microsiemens, std::uint32_t cells,
                               std::uint64_t seed, unsigned threads,
                               const std::function<void(std::size_t)>& cells_written) {
  std::vector<CellWrites> writes((cells + cells_at_once - 1) / cells_at_once);
  parallel_for(writes.size(), threads, [&](std::size_t chunk) {
    const auto first = static_cast<std::uint32_t>(chunk) * cells_at_once;
    std::vector<double> targets;
    for (std::uint32_t cell = first; cell < std::min(first + cells_at_once, cells); ++cell)
      targets.push_back(spread_target(architecture.resistive_memory.cell, cell, cells));
    writes[chunk] = write_fresh_cells(architecture, seed, first, targets, tolerance_microsiemens);
    if (cells_written) cells_written(targets.size());
  });

  WriteTotals totals;
  std::vector<std::uint64_t> cycles;
  cycles.reserve(cells);
  double sum = 0.0;
  for (const CellWrites& chunk : writes) {
    totals.add(architecture, cells_by_themselves(architecture.write_verify, chunk));
    for (const WrittenCell& cell : chunk.cells) {
      cycles.push_back(cell.pulses);
      sum += static_cast<double>(cell.pulses);
    }
  }
  TolerancePoint point;
  point.tolerance_microsiemens = tolerance_microsiemens;
  point.cells = totals.cells;
  point.failed = totals.failed;
  point.mean_cycles = sum / cells;
  double squares = 0.0;
  for (const std::uint64_t count : cycles) {
    const double difference = static_cast<double>(count) - point.mean_cycles;
    squares += difference * difference;
  }
  point.std_cycles = std::sqrt(squares / cells);
  std::sort(cycles.begin(), cycles.end());
  point.tenth_cycles = quantile(cycles, 0.1);
  point.median_cycles = quantile(cycles, 0.5);
  point.nine_tenths_cycles = quantile(cycles, 0.9);
  point.most_cycles = cycles.back();
  point.mean_seconds = architecture.clock.seconds(totals.cycles) / cells;
  point.mean_energy_joule = write_energy_joule(architecture, totals) / cells;
  return point;
}

}  // namespace palimpsest
