#include <catch2/catch.hpp>

#include "sim/report/text_table.hpp"

using namespace palimpsest;

TEST_CASE("Columns are as wide as their widest cell, the first ones to the left") {
  TextTable table(1);
  table.row({"stage", "energy"});
  table.row({"deployment", "1 J"});
  CHECK(table.text() ==
        "  stage       energy\n"
        "  deployment     1 J\n");
}

TEST_CASE("Several columns can stand to the left") {
  TextTable table(2);
  table.row({"a", "b", "c"});
  table.row({"aa", "bb", "cc"});
  CHECK(table.text() ==
        "  a   b    c\n"
        "  aa  bb  cc\n");
}

TEST_CASE("Lines end without blanks") {
  TextTable table(3);
  table.row({"long header", "x", "y"});
  table.row({"short", "", ""});
  table.row({"", "", ""});
  CHECK(table.text() ==
        "  long header  x  y\n"
        "  short\n"
        "\n");
}

TEST_CASE("Rows may be shorter than others") {
  TextTable table(1);
  table.row({"a"});
  table.row({"b", "1", "22"});
  table.row({"c", "333"});
  CHECK(table.text() ==
        "  a\n"
        "  b    1  22\n"
        "  c  333\n");
}

TEST_CASE("A table without rows is empty") { CHECK(TextTable(1).text().empty()); }
