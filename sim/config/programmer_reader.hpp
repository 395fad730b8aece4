#pragma once

#include <string>

#include "models/physics/cell.hpp"
#include "models/physics/tile_config.hpp"
#include "models/physics/write_verify.hpp"
#include "sim/config/json_reader.hpp"

namespace palimpsest {

/// Reads `/programmer` for such a tile and such cells, and the cell's own `/resistive_memory/pulses`.
/// Throws UserError.
WriteVerifyConfig read_write_verify(JsonReader programmer, const JsonReader& pulses, const TileConfig& tile,
                                    const CellConfig& cell);

/// What a message about a tolerance says that would take more than most_verify_reads.
std::string too_fine_for_verify_reads();

}  // namespace palimpsest
