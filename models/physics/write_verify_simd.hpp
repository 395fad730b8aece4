#pragma once

#include "models/physics/cell_writes.hpp"

namespace palimpsest {

/// write_cells with WriteMethod::write_verify.
void write_verify_in_lanes(const CellConfig& cell, const WriteVerifyConfig& config, const WriteKey& key,
                           const CellBatch& batch, bool with_pulses, CellWrites& writes);

}  // namespace palimpsest
