// Included once for each kind of processor.
#if defined(PALIMPSEST_SIMD_PHILOX_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef PALIMPSEST_SIMD_PHILOX_INL
#undef PALIMPSEST_SIMD_PHILOX_INL
#else
#define PALIMPSEST_SIMD_PHILOX_INL
#endif

#include <hwy/highway.h>

#include <cstdint>

#include "models/physics/simd/fused-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace palimpsest::HWY_NAMESPACE {

inline constexpr std::uint32_t philox_multipliers[2] = {0xD2511F53U, 0xCD9E8D57U};
inline constexpr std::uint32_t philox_weyl[2] = {0x9E3779B9U, 0xBB67AE85U};
inline constexpr int philox_rounds = 10;

#if HWY_TARGET == HWY_SCALAR

template <class V>
HWY_INLINE void philox(V& c0, V& c1, V& c2, V& c3, std::uint32_t key0, std::uint32_t key1) {
  const hn::DFromV<V> d;
  std::uint32_t c[4] = {hn::GetLane(c0), hn::GetLane(c1), hn::GetLane(c2), hn::GetLane(c3)};
  for (int round = 0; round < philox_rounds; ++round) {
    const std::uint64_t first = std::uint64_t{philox_multipliers[0]} * c[0];
    const std::uint64_t second = std::uint64_t{philox_multipliers[1]} * c[2];
    c[0] = static_cast<std::uint32_t>(second >> 32U) ^ c[1] ^ key0;
    c[1] = static_cast<std::uint32_t>(second);
    c[2] = static_cast<std::uint32_t>(first >> 32U) ^ c[3] ^ key1;
    c[3] = static_cast<std::uint32_t>(first);
    key0 += philox_weyl[0];
    key1 += philox_weyl[1];
  }
  c0 = hn::Set(d, c[0]);
  c1 = hn::Set(d, c[1]);
  c2 = hn::Set(d, c[2]);
  c3 = hn::Set(d, c[3]);
}

#else

/// One round. Each lane of 64 bits holds one word in its lower half; the upper halves are never read.
template <class V64>
HWY_INLINE void philox_round(V64& c0, V64& c1, V64& c2, V64& c3, std::uint32_t key0, std::uint32_t key1) {
  const hn::DFromV<V64> d64;
  const hn::Repartition<std::uint32_t, hn::DFromV<V64> > d32;
  const V64 first = hn::MulEven(hn::BitCast(d32, c0), hn::Set(d32, philox_multipliers[0]));
  const V64 second = hn::MulEven(hn::BitCast(d32, c2), hn::Set(d32, philox_multipliers[1]));
  c0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(second), c1), hn::BitCast(d64, hn::Set(d32, key0)));
  c1 = second;
  c2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(first), c3), hn::BitCast(d64, hn::Set(d32, key1)));
  c3 = first;
}

/// Philox 4x32-10 (Salmon et al., SC 2011, doi 10.1145/2063384.2063405), each lane a counter of its own: the words of
/// the counters become those of the blocks. As RandomStream's, whatever the number of lanes.
///
/// Even and odd lanes go through the rounds by themselves, as products of 32 bits fill lanes of 64.
template <class V>
HWY_INLINE void philox(V& c0, V& c1, V& c2, V& c3, std::uint32_t key0, std::uint32_t key1) {
  const hn::DFromV<V> d32;
  const hn::Repartition<std::uint64_t, hn::DFromV<V> > d64;
  auto even0 = hn::BitCast(d64, c0);
  auto even1 = hn::BitCast(d64, c1);
  auto even2 = hn::BitCast(d64, c2);
  auto even3 = hn::BitCast(d64, c3);
  auto odd0 = hn::ShiftRight<32>(even0);
  auto odd1 = hn::ShiftRight<32>(even1);
  auto odd2 = hn::ShiftRight<32>(even2);
  auto odd3 = hn::ShiftRight<32>(even3);
  for (int round = 0; round < philox_rounds; ++round) {
    philox_round(even0, even1, even2, even3, key0, key1);
    philox_round(odd0, odd1, odd2, odd3, key0, key1);
    key0 += philox_weyl[0];
    key1 += philox_weyl[1];
  }
  const auto join = [d32](auto odd, auto even) HWY_ATTR {
    return hn::OddEven(hn::BitCast(d32, hn::ShiftLeft<32>(odd)), hn::BitCast(d32, even));
  };
  c0 = join(odd0, even0);
  c1 = join(odd1, even1);
  c2 = join(odd2, even2);
  c3 = join(odd3, even3);
}

#endif

}  // namespace palimpsest::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
