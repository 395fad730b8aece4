#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/command.hpp"
#include "tests/support/small_trace.hpp"
#include "tests/support/temporary_directory.hpp"

namespace palimpsest {
namespace {

using Json = nlohmann::json;
using Names = std::set<std::string>;

/// A row of the table in docs/energy.md: a field, the settings it is tried with, and what it is said to move.
struct Row {
  std::string field;
  std::vector<std::string> settings;  ///< those that the field needs beside it, then its own
  Names energies;
  Names times;
};

/// What differs between two reports.
struct Effects {
  Names energies;  ///< components of the hybrid or of the rewrite baseline
  Names times;     ///< stages of the hybrid; "rewrite" before those of the baseline that moved alone
};

std::string section(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t first = text.find(begin);
  REQUIRE(first != std::string::npos);
  return text.substr(first, text.find(end, first + begin.size()) - first);
}

/// The cells of the rows whose first cell is a pointer.
std::vector<std::vector<std::string>> pointer_rows(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("| `/", 0) != 0) continue;
    std::vector<std::string> cells;
    std::istringstream stream(line.substr(1));
    for (std::string cell; std::getline(stream, cell, '|');) cells.push_back(cell);
    rows.push_back(cells);
  }
  return rows;
}

/// What stands between backticks.
std::vector<std::string> quoted(const std::string& cell) {
  std::vector<std::string> found;
  std::istringstream stream(cell);
  std::string part;
  for (bool inside = false; std::getline(stream, part, '`'); inside = !inside) {
    if (inside) found.push_back(part);
  }
  return found;
}

/// The names between commas; "none" for no name.
Names names(const std::string& cell) {
  Names found;
  std::istringstream stream(cell);
  for (std::string name; std::getline(stream, name, ',');) {
    const std::size_t first = name.find_first_not_of(" `");
    if (first == std::string::npos) continue;
    name = name.substr(first, name.find_last_not_of(" `") - first + 1);
    if (name != "none") found.insert(name);
  }
  return found;
}

std::vector<Row> documented_rows() {
  const std::string page = test::file_content(test::shipped("docs/energy.md"));
  std::vector<Row> rows;
  for (const auto& cells : pointer_rows(section(page, "## What each field moves", "\n## "))) {
    REQUIRE(cells.size() >= 4);
    Row row{quoted(cells[0]).at(0), quoted(cells[1]), names(cells[2]), names(cells[3])};
    REQUIRE_FALSE(row.settings.empty());
    row.settings[0] = row.field + "=" + row.settings[0];
    std::rotate(row.settings.begin(), row.settings.begin() + 1, row.settings.end());
    rows.push_back(row);
  }
  return rows;
}

Json report_of(const std::string& trace, const std::vector<std::string>& settings) {
  const test::TemporaryDirectory directory;
  std::vector<std::string> arguments{"run",   "--arch", test::shipped("arch/rm180.json"), "--trace", trace, "--quiet",
                                     "--age", "1h"};
  for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
  const test::CommandResult result = test::run_palimpsest(arguments, directory.path());
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  return Json::parse(test::file_content(directory.path() / "report.json"));
}

/// Components are rounded to a 2^-50 of the stage's energy, so the others' size shows in the last digits.
bool differ(double left, double right, double whole) {
  return std::abs(left - right) > 1e-9 * std::max(left, right) + 1e-14 * whole;
}

void add_effects(const Json& before, const Json& after, Names& energies, Names& times) {
  for (const char* stage : {"training", "deployment", "inference"}) {
    const Json& old = before.at("stages").at(stage);
    const Json& changed = after.at("stages").at(stage);
    const double whole = std::max(old.at("energy_j").get<double>(), changed.at("energy_j").get<double>());
    for (const auto& [name, joule] : old.at("components").items()) {
      // What flows all the time follows every time: it moves where its power does.
      const bool flows = name == "leakage" || name == "static_power";
      const double before_seconds = flows ? old.at("seconds").get<double>() : 1.0;
      const double after_seconds = flows ? changed.at("seconds").get<double>() : 1.0;
      if (differ(joule.get<double>() / before_seconds, changed.at("components").at(name).get<double>() / after_seconds,
                 whole))
        energies.insert(name);
    }
    if (differ(old.at("seconds").get<double>(), changed.at("seconds").get<double>(), 0.0)) times.insert(stage);
  }
}

Effects effects(const Json& before, const Json& after) {
  Effects found;
  Names baseline;
  for (std::size_t phase = 0; phase < before.at("phases").size(); ++phase) {
    const Json& old = before.at("phases").at(phase);
    const Json& changed = after.at("phases").at(phase);
    add_effects(old, changed, found.energies, found.times);
    add_effects(old.at("baselines").at("rm_rewrite"), changed.at("baselines").at("rm_rewrite"), found.energies,
                baseline);
  }
  for (const std::string& stage : baseline) {
    if (found.times.count(stage) == 0) found.times.insert("rewrite " + stage);
  }
  return found;
}

std::string listed(const Names& names, const std::string& quote) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + quote + name + quote;
  return text.empty() ? "none" : text;
}

}  // namespace

TEST_CASE("Every field of the architecture moves the energies and times that docs/energy.md says, and no others") {
  const test::TemporaryDirectory trace;
  test::write_small_trace(trace.path());
  const Json shipped = report_of(trace.path(), {});
  const std::vector<Row> rows = documented_rows();
  REQUIRE(rows.size() > 50);
  for (const Row& row : rows) {
    const std::vector<std::string> needed(row.settings.begin(), row.settings.end() - 1);
    const Json before = needed.empty() ? shipped : report_of(trace.path(), needed);
    const Effects found = effects(before, report_of(trace.path(), row.settings));
    INFO("docs/energy.md should say: " << row.field << " | " << listed(found.energies, "`") << " | "
                                       << listed(found.times, ""));
    CHECK(row.energies == found.energies);
    CHECK(row.times == found.times);
  }
}

TEST_CASE("Every field of the architecture is in the table of what it moves, or names something else") {
  // The others name files, whose numbers are described on their own, or the kind of cell that a file describes.
  Names known{"/baselines/gpu", "/energy", "/resistive_memory/faults/map", "/resistive_memory/update"};
  for (const Row& row : documented_rows()) known.insert(row.field);
  const std::string page = test::file_content(test::shipped("arch/README.md"));
  Names fields;
  const auto add_fields = [&](const std::string& heading, const std::string& end, const std::string& prefix) {
    for (const auto& cells : pointer_rows(section(page, heading, end))) {
      const std::string pointer = quoted(cells[0]).at(0);
      // Schema and name move nothing.
      if (pointer != "/schema" && pointer != "/version" && pointer != "/name") fields.insert(prefix + pointer);
    }
  };
  add_fields("## Architecture", "\n### ", "");
  add_fields("\n## Cell", "\n## ", "/resistive_memory");
  add_fields("\n## Retention", "\n## ", "/resistive_memory/retention");
  for (const std::string& field : fields) {
    INFO("docs/energy.md, What each field moves: a row for " << field << " is missing");
    CHECK(known.count(field) == 1);
  }
  for (const std::string& field : known) {
    INFO("arch/README.md does not know " << field);
    CHECK(fields.count(field) == 1);
  }
}

}  // namespace palimpsest
