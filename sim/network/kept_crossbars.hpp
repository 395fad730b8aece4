#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "models/physics/crossbar.hpp"
#include "sim/config/architecture.hpp"

namespace palimpsest {

/// The crossbars of a chip's tiles. Making one solves its wires, so they are kept: of each tile that of the cells as
/// they are, and that of the cells as they will be at one later time. Which cells a crossbar was made of is told by the
/// digest of their conductances. Threads may ask for crossbars of different tiles at the same time.
class KeptCrossbars {
 public:
  /// `architecture` outlives the object.
  KeptCrossbars(const Architecture& architecture, std::size_t tiles);

  /// What the tile is with these conductances [rows, columns], microsiemens, which its cells have now or, `later`, will
  /// have. `lines` are the same whenever the tile is asked for.
  std::shared_ptr<const Crossbar> crossbar(std::size_t tile, const Eigen::MatrixXf& conductances,
                                           const std::vector<SenseLine>& lines, bool later);

 private:
  struct Kept {
    std::string digest;
    std::shared_ptr<const Crossbar> crossbar;
  };
  struct Tile {
    Kept now, later;
  };

  const Architecture& architecture_;
  std::vector<Tile> tiles_;
};

}  // namespace palimpsest
