#pragma once

#include "models/physics/cell.hpp"
#include "models/physics/tile_config.hpp"

namespace palimpsest {

/// Standard deviation, microsiemens, that the tile's read circuit adds to the conductance that a verify read of one
/// cell gives: noise of the amplifier and of the converter, and the converter's rounding, taken as noise of its own.
/// The line is driven at the DAC's full scale; the converter's range holds the window, and is no smaller than it can
/// be.
double verify_circuit_noise_microsiemens(const TileConfig& tile, const CellConfig& cell);

}  // namespace palimpsest
