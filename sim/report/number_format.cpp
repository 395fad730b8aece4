#include "sim/report/number_format.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace palimpsest {

namespace {

std::string printed(const char* format, double value) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, value);
  return buffer.data();
}

/// Three significant digits of a number of at least 1 and below 1000, without an exponent.
std::string three_digits(double value) {
  if (value < 9.995) return printed("%.2f", value);
  if (value < 99.95) return printed("%.1f", value);
  return printed("%.0f", value);
}

}  // namespace

std::string engineering(double value, const std::string& unit) {
  if (value == 0.0) return "0 " + unit;
  if (value < 0.0) return "-" + engineering(-value, unit);
  static const std::array<const char*, 12> prefixes{"a", "f", "p", "n", "u", "m", "", "k", "M", "G", "T", "P"};
  // 999.5 and more of a prefix would print as 1000 of it.
  const double step = std::clamp(std::floor(std::log10(value * (1000.0 / 999.5)) / 3.0), -6.0, 5.0);
  return three_digits(value / std::pow(1000.0, step)) + " " + prefixes[static_cast<std::size_t>(step + 6.0)] + unit;
}

std::string shortest(double value) { return printed("%.6g", value); }

std::string four_digits(double value) { return printed("%.4g", value); }

std::string all_digits(double value) { return printed("%.17g", value); }

std::string one_decimal(double value) { return printed("%.1f", value); }

std::string two_decimals(double value) { return printed("%.2f", value); }

std::string grouped(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (auto position = static_cast<std::ptrdiff_t>(digits.size()) - 3; position > 0; position -= 3) {
    digits.insert(static_cast<std::size_t>(position), " ");
  }
  return digits;
}

std::string percent(const std::optional<double>& share) { return share ? printed("%.1f %%", 100.0 * *share) : "-"; }

std::string signed_points(double difference) { return printed("%+.1f", 100.0 * difference); }

std::string ratio(double numerator, double denominator) {
  if (denominator == 0.0) return "-";
  const double value = numerator / denominator;
  if (value >= 999.5) return grouped(static_cast<std::uint64_t>(std::llround(value))) + "x";
  return (value < 0.995 ? printed("%.3g", value) : three_digits(value)) + "x";
}

}  // namespace palimpsest
