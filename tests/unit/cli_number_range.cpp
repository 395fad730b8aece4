#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "sim/cli/number_range.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

std::vector<double> rising(const std::string& text) { return rising_numbers("--sigma", text, 0.0, 100.0); }

}  // namespace

TEST_CASE("Two ends give steps of one, and three numbers their own steps") {
  CHECK(rising("1:4") == std::vector<double>{1, 2, 3, 4});
  CHECK(rising("2:2") == std::vector<double>{2});
  CHECK(rising("0:1:0.25") == std::vector<double>{0, 0.25, 0.5, 0.75, 1});
  CHECK(rising("1:2.5") == std::vector<double>{1, 2});
}

TEST_CASE("Decimal steps give the decimal numbers and reach the end") {
  CHECK(rising("0.1:0.3:0.1") == std::vector<double>{0.1, 0.2, 0.3});
}

TEST_CASE("A list gives its numbers") {
  CHECK(rising("3") == std::vector<double>{3});
  CHECK(rising("0,0.5,10") == std::vector<double>{0, 0.5, 10});
}

TEST_CASE("What is no rising list of numbers is an error of usage that quotes it") {
  for (const std::string text : {"4:1", "1:4:0", "1:2:3:4", "0:100:0.01", "1,1", "2,1", "1:2:1e-12"}) {
    const ThrownError error = thrown_error([&] { rising(text); });
    CHECK(error.code == ExitCode::usage_or_architecture);
    CHECK(error.text ==
          "--sigma: expected LOW:HIGH, LOW:HIGH:STEP or rising numbers with commas, at most 1000 of "
          "them, got " +
              text);
  }
  for (const std::string text : {"", "a", "1:", ":", "1,,2", "1,2,", "-1", "101", "1:101", "nan", "1 ", "1;2"}) {
    const ThrownError error = thrown_error([&] { rising(text); });
    CHECK(error.code == ExitCode::usage_or_architecture);
    CHECK_THAT(error.text, Catch::StartsWith("--sigma: expected a number in 0..100, got "));
  }
  CHECK(is_one_line(thrown_error([] { rising("1\n2"); }).text));
}

TEST_CASE("A range has two numbers, the first below the second") {
  CHECK(number_range("--window", "20:80", 0.0, 100.0) == std::pair{20.0, 80.0});
  for (const std::string text : {"20", "80:20", "20:20", "1:2:3"}) {
    const ThrownError error = thrown_error([&] { number_range("--window", text, 0.0, 100.0); });
    CHECK(error.code == ExitCode::usage_or_architecture);
    CHECK(error.text == "--window: expected LOW:HIGH, LOW below HIGH, got " + text);
  }
  CHECK_THAT(thrown_error([] { number_range("--window", "20:x", 0.0, 100.0); }).text,
             Catch::Contains("--window: expected a number in 0..100, got x"));
}
