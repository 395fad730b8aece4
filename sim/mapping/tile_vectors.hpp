#pragma once

#include <cstdint>
#include <vector>

#include "models/protocol/jobs.hpp"
#include "sim/mapping/tile_map.hpp"

namespace palimpsest {

/// By tile: how often all samples of `program` read its array. Each pass of a vector, forward or transposed, is a read.
std::vector<std::uint64_t> tile_vectors(const Program& program, const TileMap& map);

}  // namespace palimpsest
