#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sim/config/architecture.hpp"

using namespace palimpsest;
using nlohmann::json;

namespace {

const std::filesystem::path arch = std::filesystem::path(PALIMPSEST_SOURCE_DIR) / "arch";

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A field is documented by its pointer in backticks; `N` stands for an index. The parts of a quantity are documented
// once.
void check_documented(const json& value, const std::string& pointer, const std::string& section) {
  INFO(pointer);
  if (value.is_object() && !value.contains("source")) {
    for (const auto& [key, child] : value.items())
      check_documented(child, std::string(pointer).append("/").append(key), section);
  } else if (value.is_array()) {
    for (const json& child : value) check_documented(child, pointer + "/N", section);
  } else {
    CHECK_THAT(section, Catch::Matchers::Contains("`" + pointer + "`"));
  }
}

std::string section_of(const std::string& readme, const std::string& heading) {
  const std::size_t begin = readme.find("\n## " + heading + "\n");
  REQUIRE(begin != std::string::npos);
  return readme.substr(begin, readme.find("\n## ", begin + 1) - begin);
}

}  // namespace

TEST_CASE("Every field of the shipped files is in arch/README.md") {
  const std::string readme = text_of(arch / "README.md");
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(arch)) {
    if (entry.path().extension() != ".json") continue;
    ++files;
    INFO(entry.path());
    const std::filesystem::path folder = entry.path().parent_path().filename();
    const std::map<std::filesystem::path, std::string> headings{
        {"cells", "Cell"}, {"retention", "Retention"}, {"energy", "Energy table"}, {"gpu", "GPU"}};
    const auto found = headings.find(folder);
    const std::string heading = found == headings.end() ? "Architecture" : found->second;
    check_documented(json::parse(text_of(entry.path())), "", section_of(readme, heading));
  }
  CHECK(files >= 10);
}

TEST_CASE("The board carries the chip's resistive memory") {
  const json chip = json::parse(text_of(arch / "rm180.json"));
  const json board = json::parse(text_of(arch / "rm180-board.json"));
  CHECK(board["resistive_memory"] == chip["resistive_memory"]);
}

TEST_CASE("Every shipped architecture loads") {
  for (const auto& entry : std::filesystem::directory_iterator(arch)) {
    if (entry.path().extension() != ".json") continue;
    INFO(entry.path());
    CHECK_NOTHROW(read_architecture(entry.path().string(), {}));
  }
}

TEST_CASE("Every shipped cell and retention loads, under the name of its file") {
  const auto check = [](const std::string& pointer, const std::string& folder, auto name_of) {
    for (const auto& entry : std::filesystem::directory_iterator(arch / folder)) {
      INFO(entry.path());
      const std::string file = folder + "/" + entry.path().filename().string();
      const Architecture chip = read_architecture((arch / "rm180.json").string(), {{pointer, file}});
      CHECK(name_of(chip) == entry.path().stem());
    }
  };
  check("/resistive_memory", "cells", [](const Architecture& chip) { return chip.resistive_memory.name; });
  check("/resistive_memory/retention", "retention",
        [](const Architecture& chip) { return chip.resistive_memory.retention_name; });
}
