#pragma once

#include <cstddef>
#include <cstdint>

#include "models/physics/random.hpp"

namespace palimpsest {

/// Numbers of a stream are drawn in groups of this many: group g of `key` takes the blocks 16 g to 16 g + 15 of Philox,
/// its number 16 w + i comes from word w of block 16 g + i. So a number depends on the key and its place alone, not on
/// how many vector lanes there are.
inline constexpr std::size_t draws_per_group = 64;

/// Puts the first `count` random words of the groups from `first_group` on into `words`. Words are those of
/// RandomStream's blocks.
void draw_words(const PhiloxKey& key, std::uint32_t first_group, std::uint32_t* words, std::size_t count);

/// Puts the first `count` standard normal numbers of the groups from `first_group` on into `numbers`. Words 0 and 1 of
/// a block give its first two, 2 and 3 the others (Box-Muller in float, magnitudes up to 6.7).
void draw_gaussians(const PhiloxKey& key, std::uint32_t first_group, float* numbers, std::size_t count);

}  // namespace palimpsest
