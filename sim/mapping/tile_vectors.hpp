#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// By tile (of `tiles`): how often all samples of `program` read its array. Each pass of a vector, forward or
/// transposed, is a read.
std::vector<std::uint64_t> tile_vectors(const Program& program, std::size_t tiles);

}  // namespace palimpsest
