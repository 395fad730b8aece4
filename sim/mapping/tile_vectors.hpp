#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// By tile (of `tiles`): vectors that all samples of `program` send through it, forward and transposed.
std::vector<std::uint64_t> tile_vectors(const Program& program, std::size_t tiles);

}  // namespace palimpsest
