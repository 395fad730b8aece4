#include "sim/cli/selection_options.hpp"

#include <algorithm>
#include <vector>

#include "sim/config/one_line.hpp"
#include "sim/error.hpp"

namespace palimpsest {

namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t comma = text.find(','); comma != std::string::npos; comma = text.find(',', begin)) {
    parts.push_back(text.substr(begin, comma - begin));
    begin = comma + 1;
  }
  parts.push_back(text.substr(begin));
  return parts;
}

[[noreturn]] void fail(const std::string& option, const std::string& names, const std::string& got) {
  throw UserError(ExitCode::usage_or_architecture,
                  option + ": expected some of " + names + ", with commas between them, got " + one_line(got));
}

/// The names that `text` lists, each of them once and one of `names`.
std::vector<std::string> listed(const std::string& option, const std::string& text, const std::string& names) {
  const std::vector<std::string> known = split(names);
  std::vector<std::string> list = split(text);
  for (const std::string& name : list) {
    if (std::count(known.begin(), known.end(), name) == 0) fail(option, names, name.empty() ? "nothing" : name);
    if (std::count(list.begin(), list.end(), name) > 1) fail(option, names, name + " twice");
  }
  return list;
}

bool holds(const std::vector<std::string>& list, const char* name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

RunSelection parse_selection(const std::string& phases, const std::string& stages, const std::string& baselines) {
  RunSelection selection;
  if (!phases.empty()) selection.phases = split(phases);
  for (const std::string& name : selection.phases)
    if (std::count(selection.phases.begin(), selection.phases.end(), name) > 1)
      throw UserError(ExitCode::usage_or_architecture, "--phases: expected each phase once, got " + one_line(name));
  const std::vector<std::string> wanted_stages = listed("--stages", stages, all_stages);
  selection.stages = {holds(wanted_stages, "training"), holds(wanted_stages, "deployment"),
                      holds(wanted_stages, "inference")};
  const std::vector<std::string> machines = listed("--baselines", baselines, std::string("none,") + all_baselines);
  if (machines.size() > 1 && holds(machines, "none"))
    throw UserError(ExitCode::usage_or_architecture,
                    "--baselines: expected none or " + std::string(all_baselines) + ", got none and others");
  selection.rm_rewrite = holds(machines, "rm_rewrite");
  selection.gpu = holds(machines, "gpu");
  return selection;
}

}  // namespace palimpsest
