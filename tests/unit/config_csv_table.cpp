#include "sim/config/csv_table.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <string>

#include "tests/support/temporary_directory.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

/// A table in a file of its own, which only has to live until it is read.
CsvTable table_of(const std::string& text) {
  const TemporaryDirectory directory;
  return {directory.write("table.csv", text), ExitCode::usage_or_architecture};
}

/// What is said about `text` behind the path: ":line: expected ..".
std::string complaint(const std::string& text) {
  const ThrownError error = thrown_error([&] { table_of(text); });
  CHECK(error.code == ExitCode::usage_or_architecture);
  CHECK(is_one_line(error.text));
  return error.text.substr(error.text.find("table.csv") + 9);
}

template <class Action>
std::string complaint_of(const Action& action) {
  const ThrownError error = thrown_error(action);
  return error.text.substr(error.text.find("table.csv") + 9);
}

}  // namespace

TEST_CASE("Fields come back as text, by row and place") {
  const CsvTable table = table_of("row,kind\n0,stuck_low\n17,open\n");
  REQUIRE(table.rows() == 3);
  REQUIRE(table.fields() == 2);
  CHECK(table.text(0, 1) == "kind");
  CHECK(table.text(1, 0) == "0");
  CHECK(table.text(1, 1) == "stuck_low");
  CHECK(table.text(2, 0) == "17");
  CHECK(table.text(2, 1) == "open");
}

TEST_CASE("Lines may end in carriage returns, and the last may not end") {
  for (const char* text : {"1,2\r\n3,4\r\n", "1,2\n3,4", "1,2\r\n3,4"}) {
    const CsvTable table = table_of(text);
    REQUIRE(table.rows() == 2);
    CHECK(table.text(0, 1) == "2");
    CHECK(table.text(1, 1) == "4");
  }
}

TEST_CASE("Empty fields and lines of unequal length are refused") {
  CHECK(complaint("1,2\n3,\n") == ":2: expected a value in field 2, got nothing");
  CHECK(complaint(",2\n") == ":1: expected a value in field 1, got nothing");
  CHECK(complaint("1\n\n2\n") == ":2: expected a value in field 1, got nothing");
  CHECK(complaint("1\n2\n\n") == ":3: expected a value in field 1, got nothing");
  CHECK(complaint("\n") == ":1: expected a value in field 1, got nothing");
  CHECK(complaint("1,2\n3\n") == ":2: expected 2 fields as in line 1, got 1");
  CHECK(complaint("1\n2\n3,4\n") == ":3: expected 1 field as in line 1, got 2");
  CHECK(complaint("") == ": the file is empty");
}

TEST_CASE("Numbers are the whole field, finite and in range") {
  const CsvTable table = table_of("1.5e-5,-0.25\n0,1e3\n");
  CHECK(table.number(0, 0, 0.0, 1.0) == 1.5e-5);
  CHECK(table.number(0, 1, -0.25, 0.0) == -0.25);
  CHECK(table.number(1, 0, 0.0, 0.0) == 0.0);
  CHECK(table.number(1, 1, 0.0, 1e3) == 1e3);
  CHECK(complaint_of([&] { table.number(0, 1, 0.0, 1.0); }) == ":1: expected a number in 0..1 in field 2, got -0.25");
  const double largest = std::numeric_limits<double>::max();
  for (const char* text : {"nan", "inf", "-inf", "1e999", "1e-999", "+1", " 1", "1 ", "0x1", "1.0.0", "one", "1\r\r"}) {
    const CsvTable strange = table_of(std::string("0\n") + text + "\n0\n");
    CAPTURE(text);
    CHECK_THROWS_AS(strange.number(1, 0, -largest, largest), UserError);
  }
}

TEST_CASE("Whole numbers have no fraction") {
  const CsvTable table = table_of("-7,12\n1.0,99999999999999999999\n");
  CHECK(table.whole_number(0, 0, -7, 7) == -7);
  CHECK(table.whole_number(0, 1, 0, 12) == 12);
  CHECK(complaint_of([&] { table.whole_number(0, 1, 0, 11); }) ==
        ":1: expected a whole number in 0..11 in field 2, got 12");
  CHECK(complaint_of([&] { table.whole_number(1, 0, 0, 11); }) ==
        ":2: expected a whole number in 0..11 in field 1, got 1.0");
  CHECK_THROWS_AS(table.whole_number(1, 1, 0, std::numeric_limits<std::int64_t>::max()), UserError);
}

TEST_CASE("What a field holds is quoted in one printable line, cut to a length") {
  CHECK(complaint_of([] { table_of("a\tb\x1b\n").number(0, 0, 0.0, 1.0); }) ==
        ":1: expected a number in 0..1 in field 1, got a\\tb\\x1b");
  CHECK(complaint_of([] { table_of(std::string(1000, 'a')).number(0, 0, 0.0, 1.0); }) ==
        ":1: expected a number in 0..1 in field 1, got " + std::string(60, 'a') + "...");
}

TEST_CASE("A table that is not there is named") {
  const ThrownError error = thrown_error([] { CsvTable("none.csv", ExitCode::trace); });
  CHECK(error.code == ExitCode::trace);
  CHECK(error.text == "none.csv: no such file");
}
