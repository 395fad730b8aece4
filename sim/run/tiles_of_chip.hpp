#pragma once

#include <cstdint>

#include "sim/config/architecture.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// Tiles of the chip: as many as it has, or as the network needs. Throws UserError (usage_or_architecture) if the
/// network needs more, if those are more than most_tiles, or if the fault map names a tile beyond them.
std::uint32_t tiles_of_chip(const Architecture& architecture, const Trace& trace);

}  // namespace palimpsest
