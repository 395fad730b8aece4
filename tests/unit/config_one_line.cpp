#include <catch2/catch.hpp>

#include "sim/config/one_line.hpp"

using palimpsest::one_line;
using palimpsest::shortened;

TEST_CASE("Printable text of any language stays as it is") {
  CHECK(one_line("arch/rm180.json: µS, 电阻, 🙂") == "arch/rm180.json: µS, 电阻, 🙂");
  CHECK(one_line("").empty());
}

TEST_CASE("Control characters are escaped") {
  CHECK(one_line("a\nb\tc\rd\x1b[31m\x7f") == "a\\nb\\tc\\x0dd\\x1b[31m\\x7f");
  CHECK(one_line(std::string_view("a\0b", 3)) == "a\\x00b");
  CHECK(one_line("\xc2\x85") == "\\xc2\\x85");
  CHECK(one_line("\xe2\x80\xa8") == "\\xe2\\x80\\xa8");
}

TEST_CASE("Bytes that are not UTF-8 are escaped") {
  CHECK(one_line("\xff") == "\\xff");
  CHECK(one_line("a\xc3") == "a\\xc3");
  CHECK(one_line("\xc0\xaf") == "\\xc0\\xaf");                    // overlong
  CHECK(one_line("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // surrogate
  CHECK(one_line("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
  CHECK(one_line("\xe2\x82z") == "\\xe2\\x82z");
}

TEST_CASE("A long line keeps its beginning and its end, in whole characters") {
  CHECK(shortened("arch/rm180.json") == "arch/rm180.json");
  CHECK(shortened(std::string(1000, 'x')) == std::string(1000, 'x'));
  const std::string line = shortened("begin" + std::string(100'000, 'x') + "end");
  CHECK(line.size() == 1000);
  CHECK_THAT(line, Catch::StartsWith("beginx") && Catch::Contains("x ... x") && Catch::EndsWith("xend"));
  for (const char* shift : {"", "x", "xx"}) {
    std::string symbols = shift;
    for (int i = 0; i < 1000; ++i) symbols += "电";
    // A cut character would be escaped.
    CHECK(one_line(shortened(symbols)) == shortened(symbols));
    CHECK(shortened(symbols).size() > 990);
  }
}
