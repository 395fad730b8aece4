#include "sim/run/fresh_cell.hpp"

#include "models/physics/access_transistor.hpp"

namespace palimpsest {

double spread_target(const CellConfig& cell, std::uint64_t number, std::uint64_t count) {
  const double position = (static_cast<double>(number) + 0.5) / static_cast<double>(count);
  return cell.window_low_microsiemens + position * (cell.window_high_microsiemens - cell.window_low_microsiemens);
}

CellWrites write_fresh_cells(const Architecture& architecture, std::uint64_t seed, std::uint64_t first_cell,
                             const std::vector<double>& targets, double tolerance, bool with_pulses) {
  const CellConfig& cell = architecture.resistive_memory.cell;
  const auto fresh = static_cast<float>(conductance_behind(cell.access_transistor_ohm, cell.window_low_microsiemens));
  CellBatch batch;
  for (std::uint32_t number = 0; number < targets.size(); ++number)
    batch.add(number, fresh, static_cast<float>(targets[number]), static_cast<float>(tolerance), false);
  batch.traits = draw_traits(cell, seed, first_cell, batch.cells);
  return write_cells(cell, architecture.write_verify, {seed, first_cell, 0}, batch, with_pulses);
}

}  // namespace palimpsest
