// Included once for each kind of processor.
#if defined(PALIMPSEST_SIMD_FUSED_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef PALIMPSEST_SIMD_FUSED_INL
#undef PALIMPSEST_SIMD_FUSED_INL
#else
#define PALIMPSEST_SIMD_FUSED_INL
#endif

#include <hwy/highway.h>

#include <cmath>
#include <cstddef>

// Whether Highway's MulAdd rounds twice here.
#undef PALIMPSEST_SIMD_IS_SCALAR
#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
#define PALIMPSEST_SIMD_IS_SCALAR 1
#else
#define PALIMPSEST_SIMD_IS_SCALAR 0
#endif

HWY_BEFORE_NAMESPACE();
namespace palimpsest::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// x y + z of float or double lanes, rounded once, on every processor.
template <class V>
HWY_INLINE V fused_multiply_add(V x, V y, V z) {
#if PALIMPSEST_SIMD_IS_SCALAR
  const hn::DFromV<V> d;
  using Lane = hn::TFromD<hn::DFromV<V>>;
  alignas(16) Lane xs[16 / sizeof(Lane)];
  alignas(16) Lane ys[16 / sizeof(Lane)];
  alignas(16) Lane zs[16 / sizeof(Lane)];
  hn::Store(x, d, xs);
  hn::Store(y, d, ys);
  hn::Store(z, d, zs);
  for (std::size_t lane = 0; lane < hn::Lanes(d); ++lane) zs[lane] = std::fma(xs[lane], ys[lane], zs[lane]);
  return hn::Load(d, zs);
#else
  return hn::MulAdd(x, y, z);
#endif
}

/// z - x y, rounded once.
template <class V>
HWY_INLINE V fused_negated_multiply_add(V x, V y, V z) {
#if PALIMPSEST_SIMD_IS_SCALAR
  return fused_multiply_add(hn::Neg(x), y, z);
#else
  return hn::NegMulAdd(x, y, z);
#endif
}

/// The whole number next to each of `x`, |x| < 2^22; of two the even one. Highway's Round gives another one for
/// 0.49999997 on processors without an instruction for it.
template <class V>
HWY_INLINE V nearest_whole(V x) {
  const V shift = hn::Set(hn::DFromV<V>(), 0x1.8p23F);
  return hn::Sub(hn::Add(x, shift), shift);
}

}  // namespace palimpsest::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
