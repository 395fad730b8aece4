// Included once for each kind of processor.
#if defined(PALIMPSEST_SIMD_DRAWS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef PALIMPSEST_SIMD_DRAWS_INL
#undef PALIMPSEST_SIMD_DRAWS_INL
#else
#define PALIMPSEST_SIMD_DRAWS_INL
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

#include "models/physics/random.hpp"
#include "models/physics/simd/draws.hpp"
#include "models/physics/simd/gaussian-inl.hpp"
#include "models/physics/simd/philox-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace palimpsest::HWY_NAMESPACE {

/// As many lanes as the processor has, at most one for each block of a group.
inline constexpr std::size_t blocks_per_group = draws_per_group / 4;
using Draws = hn::CappedTag<float, blocks_per_group>;

/// Calls `take(place, w0, w1, w2, w3)` with the words of one block per lane for all blocks of `group`; the numbers of
/// word w of these lanes stand at place + w blocks_per_group of the group.
template <class Take>
HWY_INLINE void for_each_block(const PhiloxKey& key, std::uint32_t group, const Take& take) {
  const hn::RebindToUnsigned<Draws> d;
  for (std::size_t place = 0; place < blocks_per_group; place += hn::Lanes(d)) {
    const auto first = static_cast<std::uint32_t>(group * blocks_per_group + place);
    auto c0 = hn::Add(hn::Iota(d, 0), hn::Set(d, key.counter[0] + first));
    auto c1 = hn::Set(d, key.counter[1]);
    auto c2 = hn::Set(d, key.counter[2]);
    auto c3 = hn::Set(d, key.counter[3]);
    philox(c0, c1, c2, c3, key.key[0], key.key[1]);
    take(place, c0, c1, c2, c3);
  }
}

/// The standard normal numbers of one group.
HWY_INLINE void draw_group(const PhiloxKey& key, std::uint32_t group, float* numbers) {
  for_each_block(key, group, [numbers](std::size_t place, auto w0, auto w1, auto w2, auto w3) HWY_ATTR {
    const Draws d;
    hn::VFromD<Draws> first;
    hn::VFromD<Draws> second;
    gaussian_lanes(w0, w1, first, second);
    hn::StoreU(first, d, numbers + place);
    hn::StoreU(second, d, numbers + place + blocks_per_group);
    gaussian_lanes(w2, w3, first, second);
    hn::StoreU(first, d, numbers + place + 2 * blocks_per_group);
    hn::StoreU(second, d, numbers + place + 3 * blocks_per_group);
  });
}

}  // namespace palimpsest::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
