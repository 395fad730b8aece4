#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "sim/config/architecture.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

/// The shipped chip beside a fault map.
struct Chip {
  explicit Chip(const std::string& map) {
    std::filesystem::copy(std::filesystem::path(PALIMPSEST_SOURCE_DIR) / "arch", directory.path(),
                          std::filesystem::copy_options::recursive);
    directory.write("faults.csv", map);
  }

  Architecture read() const {
    return read_architecture((directory.path() / "rm180.json").string(),
                             {parse_override("/resistive_memory/faults/map=faults.csv")});
  }

  std::string place() const { return directory.path().string() + "/"; }

  TemporaryDirectory directory;
};

std::string error_of(const std::string& lines) {
  const Chip chip("tile,row,column,state\n" + lines);
  const ThrownError error = thrown_error([&] { chip.read(); });
  CHECK(is_one_line(error.text));
  CHECK(error.code == ExitCode::usage_or_architecture);
  std::string text = error.text;
  for (std::size_t at = text.find(chip.place()); at != std::string::npos; at = text.find(chip.place())) {
    text.erase(at, chip.place().size());
  }
  return text;
}

}  // namespace

TEST_CASE("The shipped chip has no faults") {
  const Chip chip("");
  const Architecture architecture = read_architecture((chip.directory.path() / "rm180.json").string(), {});
  CHECK(architecture.resistive_memory.faults.cells.stuck_low_share == 0.0);
  CHECK(architecture.resistive_memory.faults.cells.stuck_high_share == 0.0);
  CHECK(architecture.resistive_memory.faults.cells.map.empty());
}

TEST_CASE("A map beside the architecture file gives stuck cells by tile") {
  const Chip chip("tile,row,column,state\n7,127,0,low\n0,3,4,high\n7,0,127,high\n");
  const FaultsConfig faults = chip.read().resistive_memory.faults;
  REQUIRE(faults.cells.map.size() == 2);
  REQUIRE(faults.cells.map.at(7).size() == 2);
  CHECK(faults.cells.map.at(7)[0].row == 127);
  CHECK(faults.cells.map.at(7)[0].column == 0);
  CHECK(faults.cells.map.at(7)[0].state == CellState::stuck_low);
  CHECK(faults.cells.map.at(7)[1].state == CellState::stuck_high);
  CHECK(faults.cells.map.at(0)[0].column == 4);
  CHECK(faults.last_tile_place.substr(0, chip.place().size()) == chip.place());
}

TEST_CASE("A map may be empty but for its header") {
  CHECK(Chip("tile,row,column,state\n").read().resistive_memory.faults.cells.map.empty());
}

TEST_CASE("Errors of a map name file and line") {
  CHECK(error_of("0,0,0,low\n0,0,1,stuck\n") == "faults.csv:3: expected a state of low or high, got stuck");
  CHECK(error_of("0,128,0,low\n") == "faults.csv:2: expected a whole number in 0..127 in field 2, got 128");
  CHECK(error_of("0,0,128,low\n") == "faults.csv:2: expected a whole number in 0..127 in field 3, got 128");
  CHECK(error_of("-1,0,0,low\n") == "faults.csv:2: expected a whole number in 0..1048575 in field 1, got -1");
  CHECK(error_of("0,0,0\n") == "faults.csv:2: expected 4 fields as in line 1, got 3");
  CHECK(error_of("1,2,3,low\n0,0,0,low\n1,2,3,high\n") ==
        "faults.csv:4: expected every cell once, got that of line 2 again");
}

TEST_CASE("A map has its header") {
  for (const char* text : {"0,0,0,low\n", "tile,row,column\n0,0,0\n", "tile,column,row,state\n"}) {
    const Chip chip(text);
    CHECK(thrown_error([&] { chip.read(); }).text ==
          chip.place() + "faults.csv:1: expected the header tile,row,column,state, got another one");
  }
}

TEST_CASE("A map that is not there is an error of its name") {
  const ThrownError error = thrown_error([] {
    read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json",
                      {parse_override("/resistive_memory/faults/map=none.csv")});
  });
  CHECK_THAT(error.text, Catch::Matchers::EndsWith("arch/none.csv: no such file"));
}
