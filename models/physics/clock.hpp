#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace palimpsest {

/// The one system clock. Every latency is turned into a whole number of its cycles once, rounding up.
struct Clock {
  std::uint64_t period_ps = 10'000;

  /// Whole cycles that cover `nanoseconds` (>= 0); 0 only for 0. The slack of 1e-9 of a cycle, or of what double's
  /// roundings can add to many cycles, keeps an exact multiple from rounding up.
  std::uint64_t cycles_for_ns(double nanoseconds) const {
    const double cycles = nanoseconds * 1e3 / static_cast<double>(period_ps);
    return static_cast<std::uint64_t>(std::ceil(cycles - std::max(1e-9, 1e-15 * cycles)));
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
