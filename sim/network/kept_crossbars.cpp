#include "sim/network/kept_crossbars.hpp"

#include <utility>

#include "models/physics/analogue_tile.hpp"
#include "sim/config/source_file.hpp"

namespace palimpsest {

namespace {

std::string digest_of(const Eigen::MatrixXf& conductances) {
  const auto bytes = static_cast<std::size_t>(conductances.size()) * sizeof(float);
  return sha256_of(std::string(reinterpret_cast<const char*>(conductances.data()), bytes));
}

}  // namespace

KeptCrossbars::KeptCrossbars(const Architecture& architecture, std::size_t tiles)
    : architecture_(architecture), tiles_(tiles) {}

std::shared_ptr<const Crossbar> KeptCrossbars::crossbar(std::size_t tile, const Eigen::MatrixXf& conductances,
                                                        const std::vector<SenseLine>& lines, bool later) {
  Tile& kept = tiles_[tile];
  std::string digest = digest_of(conductances);
  if (digest == kept.now.digest) return kept.now.crossbar;
  const bool was_later = digest == kept.later.digest;
  if (later && was_later) return kept.later.crossbar;
  Kept& place = later ? kept.later : kept.now;
  if (was_later) {
    place = std::move(kept.later);
  } else {
    place = {std::move(digest),
             AnalogueTile::array(architecture_.tile, architecture_.resistive_memory.cell, conductances, lines)};
  }
  // Time has passed or the cells were written: nobody asks for what they were to become.
  if (!later) kept.later = {};
  return place.crossbar;
}

}  // namespace palimpsest
