#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace palimpsest::test {

/// Mean of (value - centre)^order.
inline double moment(const std::vector<double>& values, double centre, int order) {
  double sum = 0.0;
  for (const double value : values) sum += std::pow(value - centre, order);
  return sum / static_cast<double>(values.size());
}

/// Largest distance between the values' distribution and `distribution`, a function of the value.
template <class Distribution>
double kolmogorov_smirnov(std::vector<double> values, const Distribution& distribution) {
  std::sort(values.begin(), values.end());
  double distance = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double expected = distribution(values[i]);
    const auto n = static_cast<double>(values.size());
    distance = std::max({distance, expected - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - expected});
  }
  return distance;
}

/// 1 % of samples of this size, drawn from the distribution itself, lie further from it (Kolmogorov).
inline double critical_kolmogorov_smirnov(std::size_t size) { return 1.628 / std::sqrt(static_cast<double>(size)); }

inline double normal_distribution(double value) { return 0.5 * std::erfc(-value / std::sqrt(2.0)); }

}  // namespace palimpsest::test
