#include "sim/run/selection.hpp"

#include <algorithm>

#include "sim/error.hpp"

namespace palimpsest {

bool selects(const RunSelection& selection, const Phase& phase) {
  return selection.phases.empty() ||
         std::find(selection.phases.begin(), selection.phases.end(), phase.name) != selection.phases.end();
}

std::size_t lived_phases(const RunSelection& selection, const Trace& trace) {
  std::size_t lived = trace.phases.size();
  while (lived > 0 && !selects(selection, trace.phases[lived - 1])) --lived;
  return lived;
}

void check_phases(const RunSelection& selection, const Trace& trace, const std::string& expected) {
  std::string message = expected + " of the trace (";
  for (const Phase& phase : trace.phases)
    message.append(&phase == &trace.phases.front() ? "" : ", ").append(phase.name);
  message += "), got ";
  for (const std::string& wanted : selection.phases) {
    const auto is_wanted = [&wanted](const Phase& phase) { return phase.name == wanted; };
    if (std::none_of(trace.phases.begin(), trace.phases.end(), is_wanted))
      throw UserError(ExitCode::usage_or_architecture, message + wanted);
  }
}

}  // namespace palimpsest
