#include "sim/mapping/tile_vectors.hpp"

namespace palimpsest {

std::vector<std::uint64_t> tile_vectors(const Program& program, std::size_t tiles) {
  std::vector<std::uint64_t> vectors(tiles, 0);
  for (const Step& step : program.steps) {
    if (const auto* job = std::get_if<TileJob>(&step.job)) {
      vectors.at(step.tile) += std::uint64_t{job->vectors} * job->passes * program.samples;
    }
  }
  return vectors;
}

}  // namespace palimpsest
