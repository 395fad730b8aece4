#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/physics/simd/draws_simd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "models/physics/simd/draws-inl.hpp"
#include "models/physics/simd/draws.hpp"

HWY_BEFORE_NAMESPACE();
namespace palimpsest::HWY_NAMESPACE {

void words(const PhiloxKey& key, std::uint32_t first_group, std::uint32_t* words, std::size_t count) {
  std::uint32_t numbers[draws_per_group];
  for (std::uint32_t group = first_group; count > 0; ++group) {
    for_each_block(key, group, [&numbers](std::size_t place, auto w0, auto w1, auto w2, auto w3) HWY_ATTR {
      const hn::RebindToUnsigned<Draws> d;
      hn::StoreU(w0, d, numbers + place);
      hn::StoreU(w1, d, numbers + place + blocks_per_group);
      hn::StoreU(w2, d, numbers + place + 2 * blocks_per_group);
      hn::StoreU(w3, d, numbers + place + 3 * blocks_per_group);
    });
    const std::size_t taken = std::min(count, draws_per_group);
    words = std::copy_n(numbers, taken, words);
    count -= taken;
  }
}

void gaussians(const PhiloxKey& key, std::uint32_t first_group, float* numbers, std::size_t count) {
  std::uint32_t group = first_group;
  for (; count >= draws_per_group; count -= draws_per_group, numbers += draws_per_group)
    draw_group(key, group++, numbers);
  float last[draws_per_group];
  if (count == 0) return;
  draw_group(key, group, last);
  std::copy_n(last, count, numbers);
}

}  // namespace palimpsest::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace palimpsest {

HWY_EXPORT(words);
HWY_EXPORT(gaussians);

void draw_words(const PhiloxKey& key, std::uint32_t first_group, std::uint32_t* words, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(words)(key, first_group, words, count);
}

void draw_gaussians(const PhiloxKey& key, std::uint32_t first_group, float* numbers, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(gaussians)(key, first_group, numbers, count);
}

}  // namespace palimpsest

#endif
