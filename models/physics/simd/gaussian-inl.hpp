// Included once for each kind of processor.
#if defined(PALIMPSEST_SIMD_GAUSSIAN_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef PALIMPSEST_SIMD_GAUSSIAN_INL
#undef PALIMPSEST_SIMD_GAUSSIAN_INL
#else
#define PALIMPSEST_SIMD_GAUSSIAN_INL
#endif

#include <hwy/highway.h>

#include <cstdint>

#include "models/physics/simd/fused-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace palimpsest::HWY_NAMESPACE {

/// c[0] + x (c[1] + x (...)), each step fused.
template <class V, std::size_t count>
HWY_INLINE V polynomial(V x, const float (&coefficients)[count]) {
  const hn::DFromV<V> d;
  V sum = hn::Set(d, coefficients[count - 1]);
  for (std::size_t i = count - 1; i > 0; --i) sum = fused_multiply_add(sum, x, hn::Set(d, coefficients[i - 1]));
  return sum;
}

/// Natural logarithm of float lanes, each > 0 and not denormal, to some 1e-7 of its magnitude: 2^e (1 + f) with f
/// between sqrt(1/2) - 1 and sqrt(2) - 1; polynomial of Moshier's Cephes (logf).
template <class V>
HWY_INLINE V natural_logarithm(V x) {
  const hn::DFromV<V> d;
  const hn::RebindToSigned<hn::DFromV<V>> di;
  constexpr std::int32_t root_of_half = 0x3F3504F3;
  constexpr float terms[] = {3.3333331174E-1F,  -2.4999993993E-1F, 2.0000714765E-1F,
                             -1.6668057665E-1F, 1.4249322787E-1F,  -1.2420140846E-1F,
                             1.1676998740E-1F,  -1.1514610310E-1F, 7.0376836292E-2F};
  const auto bits = hn::BitCast(di, x);
  const auto exponent = hn::ShiftRight<23>(hn::Sub(bits, hn::Set(di, root_of_half)));
  const V f = hn::Sub(hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<23>(exponent))), hn::Set(d, 1.0F));
  const V e = hn::ConvertTo(d, exponent);
  const V square = hn::Mul(f, f);
  V rest = hn::Mul(hn::Mul(square, f), polynomial(f, terms));
  rest = fused_multiply_add(e, hn::Set(d, -2.12194440E-4F), rest);  // ln 2 in two parts
  rest = fused_multiply_add(square, hn::Set(d, -0.5F), rest);
  return fused_multiply_add(e, hn::Set(d, 0.693359375F), hn::Add(f, rest));
}

/// Numbers in (0, 1] from 32 random bits each, the least 2^-33.
template <class V32>
HWY_INLINE auto uniform_lanes(V32 bits) {
  const hn::RebindToFloat<hn::DFromV<V32>> d;
  const hn::RebindToSigned<hn::DFromV<V32>> di;
  return fused_multiply_add(hn::ConvertTo(d, hn::BitCast(di, hn::ShiftRight<1>(bits))), hn::Set(d, 0x1p-31F),
                            hn::Set(d, 0x1p-33F));
}

/// Two standard normal numbers a lane from 32 + 32 random bits (Box-Muller), up to 6.7 in magnitude.
template <class V32, class V>
HWY_INLINE void gaussian_lanes(V32 radius_bits, V32 angle_bits, V& first, V& second) {
  const hn::DFromV<V> d;
  const hn::RebindToSigned<hn::DFromV<V>> di;
  const V radius = hn::Sqrt(hn::Mul(hn::Set(d, -2.0F), natural_logarithm(uniform_lanes(radius_bits))));
  // The angle is q quarters of a turn and a rest within an eighth.
  const V turn = hn::Mul(hn::ConvertTo(d, hn::BitCast(di, angle_bits)), hn::Set(d, 0x1p-32F));
  const V q = nearest_whole(hn::Mul(turn, hn::Set(d, 4.0F)));
  const V angle = hn::Mul(fused_negated_multiply_add(q, hn::Set(d, 0.25F), turn), hn::Set(d, 6.28318531F));
  const V square = hn::Mul(angle, angle);
  constexpr float sine_terms[] = {1.0F, -1.6666654611E-1F, 8.3321608736E-3F, -1.9515295891E-4F};
  constexpr float cosine_terms[] = {1.0F, -0.5F, 4.166664568298827E-2F, -1.388731625493765E-3F, 2.443315711809948E-5F};
  const V sine = hn::Mul(angle, polynomial(square, sine_terms));
  const V cosine = polynomial(square, cosine_terms);
  const auto quarters = hn::ConvertTo(di, q);
  const auto is_odd = hn::MaskFromVec(hn::BitCast(d, hn::Neg(hn::And(quarters, hn::Set(di, 1)))));
  const auto sine_sign = hn::BitCast(d, hn::ShiftLeft<30>(hn::And(quarters, hn::Set(di, 2))));
  const auto cosine_sign =
      hn::BitCast(d, hn::ShiftLeft<30>(hn::And(hn::Add(quarters, hn::Set(di, 1)), hn::Set(di, 2))));
  first = hn::Mul(radius, hn::Xor(hn::IfThenElse(is_odd, sine, cosine), cosine_sign));
  second = hn::Mul(radius, hn::Xor(hn::IfThenElse(is_odd, cosine, sine), sine_sign));
}

}  // namespace palimpsest::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
