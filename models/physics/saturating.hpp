#pragma once

#include <cstdint>
#include <limits>

namespace palimpsest {

/// Stands for this many or more.
inline constexpr std::uint64_t uncountable = std::numeric_limits<std::uint64_t>::max();

/// a + b, or `uncountable` where that does not fit.
inline std::uint64_t saturating_sum(std::uint64_t a, std::uint64_t b) {
  std::uint64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? uncountable : sum;
}

/// a * b, or `uncountable` where that does not fit.
inline std::uint64_t saturating_product(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? uncountable : product;
}

}  // namespace palimpsest
