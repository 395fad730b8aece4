#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/physics/tile_kernels_simd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <array>

#include "models/physics/simd/fused-inl.hpp"
#include "models/physics/tile_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace palimpsest::HWY_NAMESPACE {

/// At most as many lanes as a line of the cache has numbers.
using Lanes = hn::CappedTag<float, 16>;
using Numbers = hn::VFromD<Lanes>;
using Mask = decltype(hn::MaskFromVec(hn::Zero(Lanes())));

HWY_INLINE std::size_t lane_count() { return hn::Lanes(Lanes()); }

constexpr std::size_t floats_per_line = 16;

/// How many sums of 6 vectors fit the registers beside the factors.
constexpr std::size_t lines_at_once = HWY_MAX_BYTES >= 64 ? 4 : HWY_MAX_BYTES >= 32 ? 2 : 1;

/// Products of `count` vectors with `lanes` times the lanes' columns: calls take(vector, column, sum). Memory from
/// `ahead` on, a line of the cache for each row, is brought near for what comes later.
template <std::size_t count, std::size_t lanes, class Take>
HWY_INLINE void multiply_block(const float* x, std::size_t x_stride, const float* w, std::size_t width,
                               std::size_t rows, const float* ahead, const Take& take) {
  const Lanes d;
  Numbers sums[count][lanes];
  for (std::size_t vector = 0; vector < count; ++vector) {
    for (std::size_t n = 0; n < lanes; ++n) sums[vector][n] = hn::Zero(d);
  }
  for (std::size_t row = 0; row < rows; ++row) {
    __builtin_prefetch(ahead + row * floats_per_line, 0, 2);
    Numbers factors[lanes];
    for (std::size_t n = 0; n < lanes; ++n) factors[n] = hn::LoadU(d, w + row * width + n * lane_count());
    for (std::size_t vector = 0; vector < count; ++vector) {
      const Numbers input = hn::Set(d, x[vector * x_stride + row]);
      for (std::size_t n = 0; n < lanes; ++n) sums[vector][n] = fused_multiply_add(input, factors[n], sums[vector][n]);
    }
  }
  for (std::size_t vector = 0; vector < count; ++vector) {
    for (std::size_t n = 0; n < lanes; ++n) take(vector, n * lane_count(), sums[vector][n]);
  }
}

/// The same for all vectors, one block behind the other.
template <std::size_t lanes, class Take>
HWY_INLINE void multiply_columns(const float* x, std::size_t x_stride, std::size_t vectors, const float* w,
                                 std::size_t width, std::size_t rows, const float* ahead, const Take& take) {
  std::size_t first = 0;
  const auto from_first = [&](std::size_t vector, std::size_t column, Numbers sum)
                              HWY_ATTR { take(first + vector, column, sum); };
  // As many blocks as the panel has lines in a row bring the next panel of the same size near.
  const auto ahead_of_block = [&] {
    const std::size_t block = first / 6;
    return block < width / floats_per_line ? ahead + block * rows * floats_per_line : ahead;
  };
  for (; first + 6 <= vectors; first += 6)
    multiply_block<6, lanes>(x + first * x_stride, x_stride, w, width, rows, ahead_of_block(), from_first);
  if (first + 4 <= vectors) {
    multiply_block<4, lanes>(x + first * x_stride, x_stride, w, width, rows, ahead, from_first);
    first += 4;
  }
  for (; first < vectors; ++first)
    multiply_block<1, lanes>(x + first * x_stride, x_stride, w, width, rows, ahead, from_first);
}

/// The same for all columns.
template <class Take>
HWY_INLINE void multiply_all(const float* x, std::size_t x_stride, std::size_t vectors, const PanelMatrix& w,
                             const float* next, const Take& take) {
  for (std::size_t panel = 0; panel < w.stride(); panel += PanelMatrix::panel_columns) {
    const float* numbers = w.panel(panel);
    const std::size_t width = w.panel_width(panel);
    const bool last = panel + width == w.stride();
    const float* ahead = !last ? numbers + w.rows() * width : next != nullptr ? next : numbers;
    std::size_t column = 0;
    const auto from_column = [&](std::size_t vector, std::size_t further, Numbers sum)
                                 HWY_ATTR { take(vector, panel + column + further, sum); };
    for (; column + lines_at_once * lane_count() <= width; column += lines_at_once * lane_count())
      multiply_columns<lines_at_once>(x, x_stride, vectors, numbers + column, width, w.rows(), ahead, from_column);
    for (; column < width; column += lane_count())
      multiply_columns<1>(x, x_stride, vectors, numbers + column, width, w.rows(), ahead, from_column);
  }
}

void product(const float* x, std::size_t x_stride, std::size_t vectors, const PanelMatrix& w, float* out,
             const float* next) {
  const std::size_t stride = w.stride();
  multiply_all(x, x_stride, vectors, w, next, [=](std::size_t vector, std::size_t column, Numbers sum) HWY_ATTR {
    hn::StoreU(sum, Lanes(), out + vector * stride + column);
  });
}

void product_sums(const float* x, const float* y, std::size_t stride, std::size_t vectors, const PanelMatrix& w,
                  float* magnitudes, float* weighted, const float* next) {
  multiply_all(x, stride, vectors, w, next, [=](std::size_t vector, std::size_t column, Numbers sum) HWY_ATTR {
    const Lanes d;
    hn::StoreU(hn::Add(hn::LoadU(d, magnitudes + column), hn::Abs(sum)), d, magnitudes + column);
    const Numbers factor = hn::LoadU(d, y + vector * stride + column);
    hn::StoreU(fused_multiply_add(sum, factor, hn::LoadU(d, weighted + column)), d, weighted + column);
  });
}

/// Puts what is subtracted from each line into `expanded`, and zeros behind the lines up to `stride`.
HWY_INLINE void expand(const float* columns, std::size_t stride, std::size_t lines,
                       const std::vector<SubtractedColumns>& subtracted, float* expanded) {
  for (const SubtractedColumns& run : subtracted) {
    if (run.shared) {
      std::fill_n(expanded + run.first, run.count, columns[run.source]);
    } else {
      std::copy_n(columns + run.source, run.count, expanded + run.first);
    }
  }
  std::fill(expanded + lines, expanded + stride, 0.0F);
}

/// What is subtracted from as many lines as there are lanes.
struct SubtractedLanes {
  enum class Kind { nothing, shared, neighbours, mixed };

  Kind kind = Kind::nothing;
  std::size_t source = 0;
  /// Mixed: the column of each lane, and whether there is one.
  alignas(64) std::int32_t sources[16] = {};
  alignas(64) std::int32_t there[16] = {};
};

SubtractedLanes subtracted_lanes(std::size_t first, const std::vector<SubtractedColumns>& subtracted) {
  using Kind = SubtractedLanes::Kind;
  SubtractedLanes lanes;
  for (const SubtractedColumns& run : subtracted) {
    const std::size_t begin = std::max(first, run.first);
    const std::size_t end = std::min(first + lane_count(), run.first + run.count);
    if (begin >= end) continue;
    lanes.source = run.shared ? run.source : run.source + begin - run.first;
    const bool all = end - begin == lane_count();
    lanes.kind = !all ? Kind::mixed : run.shared ? Kind::shared : Kind::neighbours;
    for (std::size_t line = begin; line < end; ++line) {
      lanes.sources[line - first] = static_cast<std::int32_t>(run.shared ? run.source : run.source + line - run.first);
      lanes.there[line - first] = 1;
    }
  }
  return lanes;
}

/// Sum over the vectors of the magnitudes of the columns of some lanes; `less(vector)` is what is subtracted from them.
template <class Less>
HWY_INLINE Numbers magnitude_sums(const float* currents, std::size_t stride, std::size_t vectors, const Less& less) {
  const Lanes d;
  Numbers sum = hn::Zero(d);
  for (std::size_t vector = 0; vector < vectors; ++vector)
    sum = hn::Add(sum, hn::Abs(hn::Add(hn::LoadU(d, currents + vector * stride), less(vector))));
  return sum;
}

void column_magnitudes(const float* currents, std::size_t stride, std::size_t vectors,
                       const std::vector<SubtractedColumns>& subtracted, float* magnitudes) {
  using Kind = SubtractedLanes::Kind;
  const Lanes d;
  const hn::RebindToSigned<Lanes> whole;
  for (std::size_t first = 0; first < stride; first += lane_count()) {
    const SubtractedLanes lanes = subtracted_lanes(first, subtracted);
    const float* source = currents + lanes.source;
    Numbers sum = hn::Zero(d);
    if (lanes.kind == Kind::nothing) {
      sum = magnitude_sums(currents + first, stride, vectors, [&](std::size_t) HWY_ATTR { return hn::Zero(d); });
    } else if (lanes.kind == Kind::shared) {
      sum = magnitude_sums(currents + first, stride, vectors,
                           [&](std::size_t vector) HWY_ATTR { return hn::Set(d, source[vector * stride]); });
    } else if (lanes.kind == Kind::neighbours) {
      sum = magnitude_sums(currents + first, stride, vectors,
                           [&](std::size_t vector) HWY_ATTR { return hn::LoadU(d, source + vector * stride); });
    } else {
      const auto sources = hn::LoadU(whole, lanes.sources);
      const auto there = hn::RebindMask(d, hn::Ne(hn::LoadU(whole, lanes.there), hn::Zero(whole)));
      sum = magnitude_sums(currents + first, stride, vectors, [&](std::size_t vector) HWY_ATTR {
        return hn::IfThenElseZero(there, hn::GatherIndex(d, currents + vector * stride, sources));
      });
    }
    hn::StoreU(hn::Add(hn::LoadU(d, magnitudes + first), sum), d, magnitudes + first);
  }
}

void noise(float* currents, std::size_t stride, std::size_t vectors, std::size_t lines, const NoiseVariances& variances,
           const std::vector<SubtractedColumns>& shared, const float* draws) {
  const Lanes d;
  FloatLines own(variances.stride);
  float* deviations = own.data();
  FloatLines expanded(variances.stride);
  for (std::size_t vector = 0; vector < vectors; ++vector, currents += stride, draws += variances.stride) {
    const float* of_cells = variances.of_cells == nullptr ? nullptr : variances.of_cells + vector * variances.stride;
    for (std::size_t i = 0; i < variances.stride; i += lane_count()) {
      Numbers variance = hn::LoadU(d, variances.of_amplifiers + i);
      if (of_cells != nullptr) variance = hn::Add(variance, hn::LoadU(d, of_cells + i));
      hn::StoreU(hn::Mul(hn::Sqrt(variance), hn::LoadU(d, draws + i)), d, deviations + i);
    }
    expand(deviations, variances.stride, lines, shared, expanded.data());
    for (std::size_t i = 0; i < lines; i += lane_count()) {
      const Numbers deviation = hn::Sub(hn::LoadU(d, deviations + i), hn::LoadU(d, expanded.data() + i));
      hn::StoreU(hn::Add(hn::LoadU(d, currents + i), deviation), d, currents + i);
    }
  }
}

/// Constants of an amplification in lanes.
struct Amplifier {
  explicit Amplifier(const Amplification& amplification)
      : gain(hn::Set(Lanes(), amplification.volt_per_microampere)),
        limit(hn::Set(Lanes(), amplification.saturation_volt)),
        codes(hn::Set(Lanes(), amplification.codes_per_volt)) {}

  Numbers gain, limit, codes;
};

/// The outputs of amplifiers as inputs of converters; `beyond` tells which were cut.
HWY_INLINE Numbers amplified_lanes(const Amplifier& amplifier, Numbers currents, Mask& beyond) {
  const Numbers volts = hn::Mul(currents, amplifier.gain);
  beyond = hn::Gt(hn::Abs(volts), amplifier.limit);
  return hn::Mul(hn::Min(hn::Max(volts, hn::Neg(amplifier.limit)), amplifier.limit), amplifier.codes);
}

std::uint64_t amplified(const Amplification& amplification, float* currents, std::size_t stride, std::size_t vectors,
                        std::size_t lines) {
  const Lanes d;
  const Amplifier amplifier(amplification);
  std::size_t saturated = 0;
  for (std::size_t vector = 0; vector < vectors; ++vector, currents += stride) {
    for (std::size_t i = 0; i < lines; i += lane_count()) {
      Mask beyond;
      hn::StoreU(amplified_lanes(amplifier, hn::LoadU(d, currents + i), beyond), d, currents + i);
      saturated += hn::CountTrue(d, lines - i >= lane_count() ? beyond : hn::And(beyond, hn::FirstN(d, lines - i)));
    }
  }
  return saturated;
}

/// The first `count` (up to all) lanes from `numbers`, zeros behind them; reads nothing behind.
Numbers first_lanes(const float* numbers, std::size_t count) {
  const Lanes d;
  if (count >= lane_count()) return hn::LoadU(d, numbers);
  // Not masked loads and stores: some processors are slow at these.
  alignas(64) std::array<float, floats_per_line> there{};
  std::copy_n(numbers, count, there.begin());
  return hn::LoadU(d, there.data());
}

Saturated converted(const Amplification& amplification, const Conversion& conversion, const Block& block,
                    const float* draws, float* sums, std::size_t sums_stride) {
  const Lanes d;
  const hn::RebindToSigned<Lanes> whole;
  const Amplifier amplifier(amplification);
  const Numbers deviation = hn::Set(d, conversion.noise_codes);
  const Numbers fine = hn::Set(d, conversion.fine_codes);
  const Numbers limit = hn::Set(d, conversion.limit);
  const Numbers beyond_limit = hn::Set(d, conversion.limit + 0.5F);
  const Numbers weight = hn::Set(d, conversion.weight);
  Saturated saturated;
  for (std::size_t vector = 0; vector < block.vectors; ++vector, sums += sums_stride) {
    const float* currents = block.numbers + vector * block.stride;
    for (std::size_t i = 0; i < block.lines; i += lane_count()) {
      Mask beyond_amplifier;
      const std::size_t left = block.lines - i;
      Numbers input = amplified_lanes(amplifier, first_lanes(currents + i, left), beyond_amplifier);
      if (draws != nullptr)
        input = fused_multiply_add(deviation, first_lanes(draws + vector * block.stride + i, left), input);
      const Numbers exact = hn::Mul(input, fine);
      const Numbers magnitude = hn::Abs(exact);
      const auto beyond = hn::Ge(magnitude, beyond_limit);
      // Truncating after adding the largest float below one half rounds half away from zero, exactly.
      const Numbers code =
          hn::ConvertTo(d, hn::ConvertTo(whole, hn::Min(hn::Add(magnitude, hn::Set(d, 0.49999997F)), limit)));
      const Numbers signed_code = hn::CopySign(code, exact);
      if (left >= lane_count()) {
        saturated.amplifiers += hn::CountTrue(d, beyond_amplifier);
        saturated.converters += hn::CountTrue(d, beyond);
        hn::StoreU(fused_multiply_add(signed_code, weight, hn::LoadU(d, sums + i)), d, sums + i);
        continue;
      }
      const auto there = hn::FirstN(d, left);
      saturated.amplifiers += hn::CountTrue(d, hn::And(beyond_amplifier, there));
      saturated.converters += hn::CountTrue(d, hn::And(beyond, there));
      alignas(64) std::array<float, floats_per_line> last{};
      hn::StoreU(fused_multiply_add(signed_code, weight, first_lanes(sums + i, left)), d, last.data());
      std::copy_n(last.begin(), left, sums + i);
    }
  }
  return saturated;
}

}  // namespace palimpsest::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace palimpsest {

HWY_EXPORT(product);
HWY_EXPORT(product_sums);
HWY_EXPORT(column_magnitudes);
HWY_EXPORT(noise);
HWY_EXPORT(amplified);
HWY_EXPORT(converted);

void multiply(const float* x, std::size_t x_stride, std::size_t vectors, const PanelMatrix& w, float* out,
              const float* next) {
  HWY_DYNAMIC_DISPATCH(product)(x, x_stride, vectors, w, out, next);
}

void multiply_and_sum(const float* x, const float* y, std::size_t stride, std::size_t vectors, const PanelMatrix& w,
                      float* magnitudes, float* weighted, const float* next) {
  HWY_DYNAMIC_DISPATCH(product_sums)(x, y, stride, vectors, w, magnitudes, weighted, next);
}

void add_column_magnitudes(const float* currents, std::size_t stride, std::size_t vectors,
                           const std::vector<SubtractedColumns>& subtracted, float* magnitudes) {
  HWY_DYNAMIC_DISPATCH(column_magnitudes)(currents, stride, vectors, subtracted, magnitudes);
}

void add_noise(float* currents, std::size_t stride, std::size_t vectors, std::size_t lines,
               const NoiseVariances& variances, const std::vector<SubtractedColumns>& shared, const float* draws) {
  HWY_DYNAMIC_DISPATCH(noise)(currents, stride, vectors, lines, variances, shared, draws);
}

std::uint64_t amplify(const Amplification& amplification, float* currents, std::size_t stride, std::size_t vectors,
                      std::size_t lines) {
  return HWY_DYNAMIC_DISPATCH(amplified)(amplification, currents, stride, vectors, lines);
}

Saturated convert(const Amplification& amplification, const Conversion& conversion, const Block& block,
                  const float* draws, float* sums, std::size_t sums_stride) {
  return HWY_DYNAMIC_DISPATCH(converted)(amplification, conversion, block, draws, sums, sums_stride);
}

}  // namespace palimpsest

#endif
