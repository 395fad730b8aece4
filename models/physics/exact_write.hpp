#pragma once

#include "models/physics/cell_writes.hpp"

namespace palimpsest {

/// write_cells with WriteMethod::exact. A stuck cell stays where it is.
void write_exactly(const CellConfig& cell, const WriteVerifyConfig& config, const CellBatch& batch, bool with_pulses,
                   CellWrites& writes);

}  // namespace palimpsest
