#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include "sim/config/architecture.hpp"
#include "sim/config/chip_reader.hpp"
#include "sim/config/json_syntax.hpp"
#include "sim/config/one_line.hpp"
#include "sim/config/overrides.hpp"

namespace palimpsest {
namespace {

constexpr const char* architecture_place = "architecture";
constexpr const char* fault_map_pointer = "/resistive_memory/faults/map";

// The other numbers of a table do not follow its node.
void refuse_node(const std::vector<Override>& overrides) {
  for (const Override& setting : overrides) {
    if (setting.pointer == "/energy/node_nm")
      throw UserError(ExitCode::usage_or_architecture,
                      one_line("--set " + setting.text() +
                               ": an energy table is for one node; name another table with --set /energy=FILE"));
  }
}

// Where a string names a file that holds the object. One that lies in another comes after it.
const std::vector<std::string>& references() {
  static const std::vector<std::string> pointers = {"/energy", "/baselines/gpu", "/resistive_memory",
                                                    "/resistive_memory/retention"};
  return pointers;
}

/// Whether `pointer` is `outer` or lies in it.
bool lies_in(const std::string& pointer, const std::string& outer) {
  return (pointer + '/').compare(0, outer.size() + 1, outer + '/') == 0;
}

/// Reads a chip from `document`, adding to `source` what is new in it.
Architecture assemble(JsonDocument document, ArchitectureSource source, const std::vector<Override>& overrides) {
  const std::string directory = std::filesystem::path(source.file).parent_path().string();
  // An override of a whole table, or of what holds one, goes first: the others may change numbers in it.
  std::vector<Override> others = overrides;
  for (const std::string& pointer : references()) {
    const auto holds_it = [&pointer](const Override& setting) { return lies_in(pointer, setting.pointer); };
    std::vector<Override> of_reference;
    std::copy_if(others.begin(), others.end(), std::back_inserter(of_reference), holds_it);
    others.erase(std::remove_if(others.begin(), others.end(), holds_it), others.end());
    apply_overrides(document, of_reference);
    if (auto file = insert_referenced_file(document, pointer, directory))
      source.files.push_back(source_file(pointer, *std::move(file), document.code()));
  }
  apply_overrides(document, others);
  Architecture chip = read_chip(JsonReader(document), directory);
  if (const std::string& map = chip.resistive_memory.faults.map_file; !map.empty())
    source.files.push_back(source_file(fault_map_pointer, map, document.code()));
  source.overrides.insert(source.overrides.end(), overrides.begin(), overrides.end());
  // Whatever was replaced first.
  const auto rank = [](const SourceFile& file) -> std::ptrdiff_t {
    if (file.place == architecture_place) return -1;
    return std::find(references().begin(), references().end(), file.place) - references().begin();
  };
  std::stable_sort(source.files.begin(), source.files.end(),
                   [&rank](const SourceFile& one, const SourceFile& other) { return rank(one) < rank(other); });
  // A path may be anything, JSON is UTF-8.
  source.effective = document.value().dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  source.raised = std::move(chip.source.raised);
  chip.source = std::move(source);
  return chip;
}

void check_overrides_of_chip(const std::vector<Override>& overrides) {
  refuse_node(overrides);
  check_overrides(overrides, references());
}

}  // namespace

Architecture read_architecture(const std::string& path, const std::vector<Override>& overrides) {
  check_overrides_of_chip(overrides);
  JsonDocument document = JsonDocument::read(path, ExitCode::usage_or_architecture);
  ArchitectureSource source;
  source.file = path;
  source.files.push_back(source_file(architecture_place, path, document.code()));
  return assemble(std::move(document), std::move(source), overrides);
}

Architecture recorded_architecture(const ArchitectureSource& recorded, const std::string& report,
                                   const std::vector<Override>& overrides) {
  constexpr ExitCode code = ExitCode::usage_or_architecture;
  ArchitectureSource source = recorded;
  // As if all had been given together: a field is set once, and those in a table that is replaced are set in the new
  // one.
  std::vector<Override> all;
  std::vector<Override> applied;
  for (const Override& earlier : recorded.overrides) {
    const auto is_same = [&](const Override& setting) { return setting.pointer == earlier.pointer; };
    const auto holds_it = [&](const Override& setting) { return lies_in(earlier.pointer, setting.pointer); };
    if (std::any_of(overrides.begin(), overrides.end(), is_same)) continue;
    all.push_back(earlier);
    if (std::any_of(overrides.begin(), overrides.end(), holds_it)) applied.push_back(earlier);
  }
  all.insert(all.end(), overrides.begin(), overrides.end());
  applied.insert(applied.end(), overrides.begin(), overrides.end());
  check_overrides_of_chip(all);
  for (const Override& setting : overrides) {
    const auto replaced = [&](const SourceFile& file) { return lies_in(file.place, setting.pointer); };
    source.files.erase(std::remove_if(source.files.begin(), source.files.end(), replaced), source.files.end());
  }
  std::optional<SourceFile> recorded_map;
  const auto is_map = [](const SourceFile& file) { return file.place == fault_map_pointer; };
  const auto map = std::find_if(source.files.begin(), source.files.end(), is_map);
  if (map != source.files.end()) {
    recorded_map = *map;
    source.files.erase(map);
  }
  JsonDocument document(parse_json(recorded.effective, report, code), report + ": /provenance/architecture/effective",
                        code);
  const std::size_t files = source.files.size();
  Architecture chip = assemble(std::move(document), std::move(source), applied);
  const bool names_a_file = chip.source.files.size() > files + (chip.resistive_memory.faults.map_file.empty() ? 0 : 1);
  std::error_code ignored;
  if (names_a_file && !std::filesystem::exists(recorded.file, ignored))
    throw UserError(code, one_line("--set: names of files are relative to the architecture of " + report +
                                   ", expected " + recorded.file + " where it was then"));
  chip.source.overrides = std::move(all);
  if (recorded_map && !chip.resistive_memory.faults.map_file.empty())
    check_unchanged(chip.source.files.back(), *recorded_map, report, code);
  return chip;
}

}  // namespace palimpsest
