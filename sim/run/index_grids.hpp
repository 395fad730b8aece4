#pragma once

#include "sim/config/architecture.hpp"
#include "sim/graph/network.hpp"

namespace palimpsest {

/// Whether the chip's storage grid tells the rows of every table of `network` apart that an operation reads by index:
/// its steps, with the calibration's margin, are 1 at most. Throws UserError (usage_or_architecture) if not.
void check_index_grids(const Architecture& architecture, const Network& network);

}  // namespace palimpsest
