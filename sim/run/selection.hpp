#pragma once

#include <string>
#include <vector>

#include "sim/trace/trace.hpp"

namespace palimpsest {

struct RunStages {
  bool training = true;
  bool deployment = true;
  bool inference = true;
};

/// What of a run is wanted. The hybrid is always.
struct RunSelection {
  std::vector<std::string> phases;  ///< by name; empty: all
  RunStages stages;
  bool rm_rewrite = true;
  bool gpu = true;
};

/// Whether the phase is wanted.
bool selects(const RunSelection& selection, const Phase& phase);

/// The phases that are lived through: those up to the last one that is wanted. A phase finds the arrays, their wear and
/// their age as the phases before it leave them.
std::size_t lived_phases(const RunSelection& selection, const Trace& trace);

/// Throws UserError (usage_or_architecture) that lists the trace's phases if one of the selection's is not among them;
/// `expected` begins it.
void check_phases(const RunSelection& selection, const Trace& trace,
                  const std::string& expected = "--phases: expected phases");

}  // namespace palimpsest
