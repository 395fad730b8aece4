#pragma once

#include <string>

#include "models/modules/chip.hpp"
#include "sim/config/architecture.hpp"
#include "sim/error.hpp"
#include "sim/mapping/tile_map.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// `part` of a run (the phase, the chip, what it does) may take `needed`, and simulated time holds `fits` cycles more.
UserError beyond_simulated_time(const Clock& clock, const std::string& part, const PlayBound& needed,
                                std::uint64_t fits);

/// Throws UserError if the programs of all phases, one after the other, may take more cycles than `chip` can count, or
/// the steps of a training run more than a report can hold. It plays nothing. The pulses that cells will take are not
/// known here: Chip::play sees them.
void check_simulated_time(const Architecture& architecture, const Trace& trace, const TileMap& map, const Chip& chip);

}  // namespace palimpsest
