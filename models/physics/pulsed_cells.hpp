#pragma once

#include <cstdint>
#include <vector>

#include "models/physics/cell_writes.hpp"

namespace palimpsest {

/// Cells that are pulsed without being read: [cells] each, and what their last pulse took.
struct PulsedCells {
  std::vector<std::uint32_t> cells;  ///< number, less than 2^24
  std::vector<CellTraits> traits;
  std::vector<float> conductances;  ///< microsiemens, their own behind the access transistor
  std::vector<float> microamperes;  ///< through cell and transistor while the pulse lasts
};

/// One SET or RESET pulse on each of the cells, the `pulse`-th since they were counted. A gate-controlled cell's SET
/// wants a gate voltage. The current is V g, g as read before the pulse; that of a gate-controlled SET is limited by
/// the transistor, to compliance_volt times the level that the pulse reaches, and by the cell, to V g, g as read after
/// it. A stuck cell takes current and does not move.
void pulse_cells(const CellConfig& cell, bool set, const PulseVoltages& voltages, const WriteKey& key,
                 std::uint32_t pulse, PulsedCells& cells);

}  // namespace palimpsest
