#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/run/outcome_spread.hpp"
#include "sim/run/progress_meter.hpp"
#include "sim/run/provenance.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

struct NonidealitySettings {
  std::uint64_t seed = 1;    ///< of the first chip; the others follow
  std::uint32_t chips = 10;  ///< at least 2
  double age_seconds = 0.0;  ///< between a phase's deployment and its evaluation
};

/// Some chips that differ by their seeds alone.
struct ChipVariant {
  std::string name;
  std::string meaning;
  std::vector<OutcomeSpread> phases;  ///< of the hybrid, over the chips, by phase
  /// Largest deviation of an output from the float network's, over the largest of its outputs, over chips and phases
  /// but those of `zero_scores`.
  double largest_score_error = 0.0;
};

struct NonidealityStudy {
  Provenance provenance;
  std::string architecture;
  std::string trace;
  TaskKind task = TaskKind::classify;
  NonidealitySettings settings;
  std::vector<std::string> phases;
  std::vector<Outcome> float_outcomes;   ///< by phase
  std::vector<std::string> zero_scores;  ///< names of the phases in which every output of the float network is zero
  std::vector<ChipVariant> variants;     ///< the ideal chip, each non-ideality alone, then all of them
};

/// Evaluates the hybrid's phases on chips with no non-ideality, with each alone, and with all. Only values are
/// computed, no time. Any number of `threads` gives the same figures. `progress`, if any, is told of the
/// work. Throws UserError as run() does.
NonidealityStudy nonideality_study(const Architecture& architecture, const Trace& trace,
                                   const NonidealitySettings& settings, unsigned threads,
                                   const ReportProgress& progress = {});

}  // namespace palimpsest
