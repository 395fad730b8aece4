#pragma once

#include <string>

#include "models/physics/cell.hpp"
#include "models/physics/write_verify.hpp"
#include "sim/config/json_reader.hpp"

namespace palimpsest {

/// Reads `/programmer` for a tile with `columns` columns and such cells, and the cell's own `/resistive_memory/pulses`.
/// Throws UserError.
WriteVerifyConfig read_write_verify(JsonReader programmer, const JsonReader& pulses, std::uint32_t columns,
                                    const CellConfig& cell);

/// What a message about a tolerance says that would take more than most_verify_reads.
std::string too_fine_for_verify_reads();

}  // namespace palimpsest
