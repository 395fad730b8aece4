#include "sim/mapping/tile_vectors.hpp"

namespace palimpsest {

std::vector<std::uint64_t> tile_vectors(const Program& program, const TileMap& map) {
  std::vector<std::uint64_t> vectors(map.blocks.size(), 0);
  for (const Step& step : program.steps) {
    const auto* job = std::get_if<TileJob>(&step.job);
    if (job == nullptr) continue;
    for (const std::uint32_t tile : map.groups.at(step.tile_group))
      vectors[tile] += std::uint64_t{job->vectors} * job->passes * program.samples;
  }
  return vectors;
}

}  // namespace palimpsest
