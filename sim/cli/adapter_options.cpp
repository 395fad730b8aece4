#include "sim/cli/adapter_options.hpp"

#include <set>
#include <utility>

#include "sim/config/one_line.hpp"
#include "sim/error.hpp"
#include "sim/trace/adapter_file.hpp"

namespace palimpsest {

namespace {

[[noreturn]] void fail(const std::string& message) {
  throw UserError(ExitCode::usage_or_architecture, one_line(message));
}

/// Files by adapter.
std::map<std::string, std::string> named_files(const std::vector<std::string>& settings) {
  std::map<std::string, std::string> files;
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == setting.size())
      fail("--adapter: expected NAME=FILE, got " + (setting.empty() ? "nothing" : setting));
    if (!files.emplace(setting.substr(0, equals), setting.substr(equals + 1)).second)
      fail("--adapter: expected each adapter once, got " + setting.substr(0, equals) + " again");
  }
  return files;
}

void check_names(const std::map<std::string, std::string>& files, const Trace& trace) {
  std::set<std::string> used;
  for (const Phase& phase : trace.phases) used.insert(phase.hybrid.adapters.begin(), phase.hybrid.adapters.end());
  std::string names;
  for (const std::string& name : used) names += (names.empty() ? "" : ", ") + name;
  for (const auto& [name, file] : files)
    if (used.count(name) == 0)
      fail("--adapter: expected an adapter of the trace that the hybrid uses (" +
           (names.empty() ? "it uses none" : names) + "), got " + name);
}

void check_chip(const AdapterFile& file, const ChipIdentity& chip) {
  const std::string differing = differences(chip, file.metadata);
  if (!differing.empty())
    throw UserError(ExitCode::trace, one_line(file.source.path + ": trained for another chip (" + differing +
                                              "); palimpsest deploy gives the weights to train this chip's on, "
                                              "--adapter-any-chip takes it as it is"));
}

}  // namespace

ReplacingAdapters read_adapters(const AdapterOptions& options, const AdapterSource* recorded, const std::string& from,
                                const Trace& trace, const ChipIdentity& chip) {
  std::map<std::string, std::string> files = named_files(options.settings);
  check_names(files, trace);
  std::map<std::string, SourceFile> unchanged;
  ReplacingAdapters replacing;
  replacing.source.any_chip = options.any_chip;
  if (recorded != nullptr) {
    for (const SourceFile& file : recorded->files)
      if (files.emplace(file.place, file.path).second) unchanged.emplace(file.place, file);
    check_names(files, trace);
    replacing.source.any_chip = options.any_chip || recorded->any_chip;
  }
  if (replacing.source.any_chip && files.empty()) fail("--adapter-any-chip: expected an --adapter beside it");
  for (const auto& [name, path] : files) {
    AdapterFile file = read_adapter_file(path, trace.adapters.at(name));
    const auto same = unchanged.find(name);
    if (same != unchanged.end()) check_unchanged(file.source, same->second, from, ExitCode::trace);
    if (!replacing.source.any_chip) check_chip(file, chip);
    replacing.source.files.push_back(std::move(file.source));
    replacing.adapters.emplace(name, std::move(file.adapter));
  }
  return replacing;
}

}  // namespace palimpsest
