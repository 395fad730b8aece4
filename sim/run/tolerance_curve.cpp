#include "sim/run/tolerance_curve.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/run/fresh_cell.hpp"
#include "sim/run/parallel.hpp"
#include "sim/run/write_totals.hpp"

namespace palimpsest {

namespace {

/// The smallest number that `share` of the sorted numbers does not exceed.
std::uint64_t quantile(const std::vector<std::uint64_t>& sorted, double share) {
  const double rank = std::ceil(share * static_cast<double>(sorted.size()));
  return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

}  // namespace

TolerancePoint tolerance_point(const Architecture& architecture, double tolerance_microsiemens, std::uint32_t cells,
                               std::uint64_t seed, unsigned threads, const std::function<void()>& cell_written) {
  std::vector<WriteTotals> writes(cells);
  parallel_for(cells, threads, [&](std::size_t cell) {
    const double target = spread_target(architecture.resistive_memory.cell, cell, cells);
    writes[cell].add(architecture, write_fresh_cell(architecture, seed, cell, {target, tolerance_microsiemens}));
    if (cell_written) cell_written();
  });

  WriteTotals totals;
  std::vector<std::uint64_t> cycles;
  double sum = 0.0;
  for (const WriteTotals& write : writes) {
    totals.add(write);
    cycles.push_back(write.set_pulses + write.reset_pulses);
    sum += static_cast<double>(cycles.back());
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
