#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "sim/report/number_format.hpp"

using namespace palimpsest;

TEST_CASE("Numbers have three significant digits and an SI prefix") {
  CHECK(engineering(0.00123, "J") == "1.23 mJ");
  CHECK(engineering(1.0, "s") == "1.00 s");
  CHECK(engineering(12.34, "s") == "12.3 s");
  CHECK(engineering(123.4, "s") == "123 s");
  CHECK(engineering(4.56e-8, "J") == "45.6 nJ");
  CHECK(engineering(7.89e14, "B") == "789 TB");
}

TEST_CASE("Zero has no prefix") { CHECK(engineering(0.0, "J") == "0 J"); }

TEST_CASE("A number that rounds to 1000 takes the next prefix") {
  CHECK(engineering(999.4, "J") == "999 J");
  CHECK(engineering(999.5, "J") == "1.00 kJ");
  CHECK(engineering(999.9999, "J") == "1.00 kJ");
  CHECK(engineering(0.9994, "J") == "999 mJ");
  CHECK(engineering(0.9995, "J") == "1.00 J");
  CHECK(engineering(999.5e-9, "J") == "1.00 uJ");
  CHECK(engineering(999.5e6, "J") == "1.00 GJ");
}

TEST_CASE("Digits behind the point follow the rounded number") {
  CHECK(engineering(9.994, "J") == "9.99 J");
  CHECK(engineering(9.996, "J") == "10.0 J");
  CHECK(engineering(99.94, "J") == "99.9 J");
  CHECK(engineering(99.96, "J") == "100 J");
}

TEST_CASE("Powers of a thousand stand at 1.00 of their prefix") {
  const char* expected[] = {"1.00 aJ", "1.00 fJ", "1.00 pJ", "1.00 nJ", "1.00 uJ", "1.00 mJ",
                            "1.00 J",  "1.00 kJ", "1.00 MJ", "1.00 GJ", "1.00 TJ", "1.00 PJ"};
  const double values[] = {1e-18, 1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 1.0, 1e3, 1e6, 1e9, 1e12, 1e15};
  for (std::size_t i = 0; i < 12; ++i) CHECK(engineering(values[i], "J") == expected[i]);
}

TEST_CASE("Beyond the prefixes the first and the last are kept") {
  CHECK(engineering(5e-19, "J") == "0.50 aJ");
  CHECK(engineering(2e18, "J") == "2000 PJ");
}

TEST_CASE("Negative numbers are their magnitude with a sign") {
  CHECK(engineering(-1.5, "J") == "-1.50 J");
  CHECK(engineering(-0.00123, "J") == "-1.23 mJ");
  CHECK(engineering(-12.34, "J") == "-12.3 J");
  CHECK(engineering(-999.5, "J") == "-1.00 kJ");
}

TEST_CASE("Digits stand in groups of three") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1 000");
  CHECK(grouped(123456) == "123 456");
  CHECK(grouped(1234567) == "1 234 567");
  CHECK(grouped(std::numeric_limits<std::uint64_t>::max()) == "18 446 744 073 709 551 615");
}

TEST_CASE("One decimal is rounded and always there") {
  CHECK(one_decimal(49.96) == "50.0");
  CHECK(one_decimal(0.0) == "0.0");
  CHECK(one_decimal(1234.54) == "1234.5");
}

TEST_CASE("A share is a percentage with one digit, or a dash") {
  CHECK(percent(std::nullopt) == "-");
  CHECK(percent(0.0) == "0.0 %");
  CHECK(percent(0.1234) == "12.3 %");
  CHECK(percent(1.0) == "100.0 %");
}

TEST_CASE("A ratio has three significant digits") {
  CHECK(ratio(1.0, 1.0) == "1.00x");
  CHECK(ratio(12.34, 1.0) == "12.3x");
  CHECK(ratio(1.0, 8.0) == "0.125x");
  CHECK(ratio(998.0, 1.0) == "998x");
  CHECK(ratio(1234567.0, 1.0) == "1 234 567x");
  CHECK(ratio(0.9951, 1.0) == "1.00x");
  CHECK(ratio(0.0, 3.0) == "0x");
  CHECK(ratio(3.0, 0.0) == "-");
}

TEST_CASE("All digits of a number give it back") {
  CHECK(all_digits(0.25) == "0.25");
  for (const double value : {0.1, 1.0 / 3.0, -6.02214076e23, 7.717893536377013e-05}) {
    CHECK(std::stod(all_digits(value / 3.0)) == value / 3.0);
  }
}

TEST_CASE("Numbers in tables have at most four significant digits") {
  CHECK(four_digits(0.0902946) == "0.09029");
  CHECK(four_digits(24.8568) == "24.86");
  CHECK(four_digits(12.0) == "12");
  CHECK(four_digits(1.234567e-7) == "1.235e-07");
}
