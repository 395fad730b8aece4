#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "sim/config/csv_rows.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

constexpr ExitCode code = ExitCode::usage_or_architecture;

std::vector<CsvRow> read(const TemporaryDirectory& directory, const std::string& text) {
  return read_csv(directory.write("table.csv", text), "a,b", code);
}

/// What is said of `text`, without the directory.
std::string error_of(const std::string& text) {
  const TemporaryDirectory directory;
  const ThrownError error = thrown_error([&] { read(directory, text); });
  CHECK(is_one_line(error.text));
  CHECK(error.code == code);
  const std::string place = directory.path().string() + "/";
  CHECK(error.text.substr(0, place.size()) == place);
  return error.text.substr(place.size());
}

}  // namespace

TEST_CASE("Rows have their fields and their place") {
  const TemporaryDirectory directory;
  const std::vector<CsvRow> rows = read(directory, "a,b\n1,two\n 3,4\n");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].fields == std::vector<std::string>{"1", "two"});
  CHECK(rows[1].fields == std::vector<std::string>{" 3", "4"});
  CHECK(rows[1].place == directory.path().string() + "/table.csv:3");
}

TEST_CASE("The last line may end with the file, and lines in CR LF") {
  const TemporaryDirectory directory;
  CHECK(read(directory, "a,b").empty());
  CHECK(read(directory, "a,b\n1,2").size() == 1);
  CHECK(read(directory, "a,b\r\n1,2\r\n").at(0).fields[1] == "2");
}

TEST_CASE("A line that does not fit the header is refused with its number") {
  CHECK(error_of("b,a\n") == "table.csv:1: expected the header a,b, got b,a");
  CHECK(error_of("a,b\n1,2\n1\n") == "table.csv:3: expected a,b, got 1");
  CHECK(error_of("a,b\n1,2,3\n") == "table.csv:2: expected a,b, got 1,2,3");
  CHECK(error_of("a,b\n1,\n") == "table.csv:2: expected a,b, got 1,");
  CHECK(error_of("a,b\n\n1,2\n") == "table.csv:2: expected a,b, got ");
  CHECK(error_of("a,b\n1,\x1b,\n") == "table.csv:2: expected a,b, got 1,\\x1b,");
  CHECK(error_of("") == "table.csv: the file is empty");
}

TEST_CASE("A number is whole, in range and nothing else") {
  const CsvRow row{"table.csv:2", {"7", "8", "-1", "+1", "1.0", " 1", "1x", "4294967296"}};
  CHECK(row.number(0, "tile", 7, code) == 7);
  for (std::size_t column = 1; column < row.fields.size(); ++column) {
    const ThrownError error = thrown_error([&] { row.number(column, "tile", 7, code); });
    CHECK(error.text == "table.csv:2: expected a tile in 0..7, got " + row.fields[column]);
    CHECK(error.code == code);
  }
}
