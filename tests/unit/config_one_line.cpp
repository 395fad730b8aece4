#include <catch2/catch.hpp>

#include "sim/config/one_line.hpp"

using palimpsest::one_line;

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
