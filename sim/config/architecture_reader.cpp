#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <utility>

#include "sim/config/architecture.hpp"
#include "sim/config/chip_reader.hpp"
#include "sim/config/json_syntax.hpp"
#include "sim/config/one_line.hpp"
#include "sim/config/overrides.hpp"

namespace palimpsest {
namespace {

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
  source.effective = document.value().dump();
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
  source.files.push_back(source_file("architecture", path, document.code()));
  return assemble(std::move(document), std::move(source), overrides);
}

Architecture recorded_architecture(const ArchitectureSource& recorded, const std::string& report,
                                   const std::vector<Override>& overrides) {
  check_overrides_of_chip(overrides);
  ArchitectureSource source = recorded;
  std::optional<SourceFile> recorded_map;
  for (const Override& setting : overrides) {
    const auto replaced = [&setting](const auto& part) { return lies_in(part, setting.pointer); };
    const auto replaced_override = [&](const Override& earlier) { return replaced(earlier.pointer); };
    const auto replaced_file = [&](const SourceFile& file) { return replaced(file.place); };
    source.overrides.erase(std::remove_if(source.overrides.begin(), source.overrides.end(), replaced_override),
                           source.overrides.end());
    source.files.erase(std::remove_if(source.files.begin(), source.files.end(), replaced_file), source.files.end());
  }
  const auto is_map = [](const SourceFile& file) { return file.place == fault_map_pointer; };
  const auto map = std::find_if(source.files.begin(), source.files.end(), is_map);
  if (map != source.files.end()) {
    recorded_map = *map;
    source.files.erase(map);
  }
  constexpr ExitCode code = ExitCode::usage_or_architecture;
  JsonDocument document(parse_json(recorded.effective, report, code), report + ": /provenance/architecture/effective",
                        code);
  Architecture chip = assemble(std::move(document), std::move(source), overrides);
  if (recorded_map && !chip.resistive_memory.faults.map_file.empty())
    check_unchanged(chip.source.files.back(), *recorded_map, report, code);
  return chip;
}

}  // namespace palimpsest
