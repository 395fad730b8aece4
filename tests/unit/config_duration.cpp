#include <catch2/catch.hpp>
#include <string>

#include "sim/config/duration.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

TEST_CASE("A time is a number and its unit") {
  CHECK(parse_duration("--age", "0s") == 0.0);
  CHECK(parse_duration("--age", "1s") == 1.0);
  CHECK(parse_duration("--age", "90min") == 5400.0);
  CHECK(parse_duration("--age", "1.5h") == 5400.0);
  CHECK(parse_duration("--age", "30d") == 2'592'000.0);
  CHECK(parse_duration("--age", "1y") == 31'557'600.0);
  CHECK(parse_duration("--age", "1000y") == 31'557'600'000.0);
  CHECK(parse_duration("--age", "1e-3s") == 0.001);
}

TEST_CASE("What is no time is refused in one line that says what is one") {
  for (const char* text : {"",    "d",   "30",   "30 d",   " 30d",  "30d ", "30days", "30m",  "d30",  "-1s",
                           "-0s", "+1s", "0x1s", "1e999d", "1001y", "infs", "nans",   "nand", "1,5h", "30d\n"}) {
    const ThrownError error = thrown_error([text] { parse_duration("--age", text); });
    INFO(text);
    CHECK(error.code == ExitCode::usage_or_architecture);
    CHECK(is_one_line(error.text));
    CHECK_THAT(error.text, Catch::Matchers::StartsWith("--age: expected a time in 0s..1000y, like 30d "
                                                       "(units s, min, h, d, y), got "));
  }
}

TEST_CASE("A time is written in the largest unit there is one of") {
  CHECK(duration_text(0.0) == "0 s");
  CHECK(duration_text(0.25) == "0.25 s");
  CHECK(duration_text(59.0) == "59 s");
  CHECK(duration_text(60.0) == "1 min");
  CHECK(duration_text(5400.0) == "1.5 h");
  CHECK(duration_text(2'592'000.0) == "30 d");
  CHECK(duration_text(31'557'600.0) == "1 y");
}
