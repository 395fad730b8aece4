#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace palimpsest {

/// Three significant digits with an SI prefix: 0.00123 and "J" give "1.23 mJ".
std::string engineering(double value, const std::string& unit);

/// Six significant digits at most, no trailing zeros: 0.5, 1e-06.
std::string shortest(double value);

/// The same with four significant digits, for tables.
std::string four_digits(double value);

/// 17 significant digits: read back, they give the same number.
std::string all_digits(double value);

/// Rounded to one digit after the point: 49.96 gives "50.0".
std::string one_decimal(double value);

/// Rounded to two digits after the point.
std::string two_decimals(double value);

/// Digits in groups of three: 1234567 gives "1 234 567".
std::string grouped(std::uint64_t value);

/// A share as a percentage with one digit, or "-".
std::string percent(const std::optional<double>& share);

/// A difference of shares in points with a sign and one digit: -1.3.
std::string signed_points(double difference);

/// How many times `denominator` goes into `numerator`, three significant digits: "12.3x", or "-" for a denominator of
/// zero.
std::string ratio(double numerator, double denominator);

}  // namespace palimpsest
