// Included once for each kind of processor.
#if defined(PALIMPSEST_SIMD_EXPONENTIAL_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef PALIMPSEST_SIMD_EXPONENTIAL_INL
#undef PALIMPSEST_SIMD_EXPONENTIAL_INL
#else
#define PALIMPSEST_SIMD_EXPONENTIAL_INL
#endif

#include <hwy/highway.h>

#include "models/physics/simd/fused-inl.hpp"
#include "models/physics/simd/gaussian-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace palimpsest::HWY_NAMESPACE {

/// exp of float lanes, cut at 80 in magnitude (1e34), to some 1e-7 of its value: 2^n exp(r) with |r| <= ln 2 / 2;
/// polynomial of Moshier's Cephes (expf).
template <class V>
HWY_INLINE V exponential(V x) {
  const hn::DFromV<V> d;
  const hn::RebindToSigned<hn::DFromV<V>> di;
  constexpr float terms[] = {5.0000001201E-1F, 1.6666665459E-1F, 4.1665795894E-2F,
                             8.3334519073E-3F, 1.3981999507E-3F, 1.9875691500E-4F};
  const V cut = hn::Min(hn::Max(x, hn::Set(d, -80.0F)), hn::Set(d, 80.0F));
  const V n = nearest_whole(hn::Mul(cut, hn::Set(d, 1.44269504F)));
  V r = fused_negated_multiply_add(n, hn::Set(d, 0.693359375F), cut);  // ln 2 in two parts
  r = fused_negated_multiply_add(n, hn::Set(d, -2.12194440E-4F), r);
  const V rest = fused_multiply_add(polynomial(r, terms), hn::Mul(r, r), r);
  const V mantissa = hn::Add(rest, hn::Set(d, 1.0F));
  return hn::BitCast(d, hn::Add(hn::BitCast(di, mantissa), hn::ShiftLeft<23>(hn::ConvertTo(di, n))));
}

}  // namespace palimpsest::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
