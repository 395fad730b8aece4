#pragma once

#include <cmath>
#include <cstdint>

namespace palimpsest {

/// The one system clock. Every latency is turned into a whole number of its cycles once, rounding up.
struct Clock {
  std::uint64_t period_ps = 10'000;

  /// Whole cycles that cover `nanoseconds` (>= 0); 0 only for 0. The slack of 1e-9 of a cycle keeps an exact multiple
  /// from rounding up.
  std::uint64_t cycles_for_ns(double nanoseconds) const {
    return static_cast<std::uint64_t>(std::ceil(nanoseconds * 1e3 / static_cast<double>(period_ps) - 1e-9));
  }

  double seconds(std::uint64_t cycles) const {
    return static_cast<double>(cycles) * static_cast<double>(period_ps) * 1e-12;
  }
};

/// Integer division, rounding up.
inline std::uint64_t ceil_div(std::uint64_t numerator, std::uint64_t denominator) {
  return (numerator + denominator - 1) / denominator;
}

}  // namespace palimpsest
