#pragma once

#include "sim/config/architecture.hpp"
#include "sim/config/json_reader.hpp"

namespace palimpsest {

/// Largest duration a file may give, in ns: 1e8 cycles of the shortest clock period.
constexpr double longest_ns = 1e6;

/// Fewest bits of a grid of signed codes: with the sign's alone it holds nothing but zero.
constexpr int fewest_grid_bits = 2;

/// Reads `/tile` (all but `count`) into the tile's configuration. Throws UserError.
TileConfig read_tile(JsonReader& reader);

}  // namespace palimpsest
