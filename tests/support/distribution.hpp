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

/// Distribution function of the standard normal distribution.
inline double normal_distribution(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

/// Kolmogorov-Smirnov distance of `values` from the distribution function `distribution`.
template <class Distribution>
double kolmogorov_smirnov_distance(std::vector<double> values, const Distribution& distribution) {
  std::sort(values.begin(), values.end());
  const auto count = static_cast<double>(values.size());
  double distance = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double expected = distribution(values[i]);
    distance =
        std::max({distance, expected - static_cast<double>(i) / count, static_cast<double>(i + 1) / count - expected});
  }
  return distance;
}

/// Largest difference of the distributions of two samples.
inline double two_sample_distance(std::vector<double> one, std::vector<double> other) {
  std::sort(one.begin(), one.end());
  std::sort(other.begin(), other.end());
  double distance = 0.0;
  for (const double value : one) {
    const auto share_up_to = [value](const std::vector<double>& sorted) {
      return static_cast<double>(std::upper_bound(sorted.begin(), sorted.end(), value) - sorted.begin()) /
             static_cast<double>(sorted.size());
    };
    distance = std::max(distance, std::abs(share_up_to(one) - share_up_to(other)));
  }
  return distance;
}

/// The distance that 1 % of samples of `count` values from the distribution itself exceed.
inline double critical_distance(std::size_t count) { return 1.628 / std::sqrt(static_cast<double>(count)); }

}  // namespace palimpsest::test
