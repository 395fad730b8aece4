#pragma once

#include <cstdint>

#include "models/physics/clock.hpp"
#include "models/physics/tile_config.hpp"
#include "models/physics/write_group.hpp"

namespace palimpsest {

/// Cycles of one round of write-verify: the forming pulses of all cells at once, the SET pulses of all cells with the
/// same gate voltage at once, one gate voltage after the other, then the RESET pulses of all, then one read of the
/// cells still open: DAC settling, read, transfer, and a conversion of each.
std::uint64_t write_round_cycles(const TileConfig& tile, const WriteRound& round, const Clock& clock);

/// Cycles of the write of a group, round after round.
std::uint64_t write_group_cycles(const TileConfig& tile, const WriteGroup& group, const Clock& clock);

}  // namespace palimpsest
