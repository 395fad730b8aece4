#pragma once

#include <cstdint>

namespace palimpsest {

/// The array of a tile.
struct CrossbarConfig {
  std::uint32_t rows = 128;
  std::uint32_t columns = 128;
  double read_ns = 100.0;  ///< how long the lines are driven and sensed
  /// Whether products see the cells' read noise, as hardware does; a study may leave it to the verify reads.
  bool noisy_cells = true;
};

}  // namespace palimpsest
