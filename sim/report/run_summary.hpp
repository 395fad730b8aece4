#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/json_document.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// What one machine did in a phase, as far as its report tells it. Per deployment, per sample pass of the training and
/// per inferred sample; accuracies and deviations are shares, errors in the unit of the targets.
struct MachineSummary {
  std::optional<double> training_joule, deployment_joule, inference_joule;
  std::optional<double> training_seconds, deployment_seconds, inference_seconds;
  std::optional<double> retain, fresh, forget, forget_without_adapter;
  std::optional<double> root_mean_square_error, mean_absolute_error;
  std::optional<double> deviation, largest_deviation;
};

struct PhaseSummary {
  std::string name;
  std::array<MachineSummary, 3> machines;  ///< in the order of machines.hpp
};

/// The figures of a run's report that a picture shows.
struct RunSummary {
  std::string trace;
  std::string architecture;
  TaskKind task = TaskKind::classify;
  std::uint64_t seed = 0;
  double age_seconds = 0.0;
  std::vector<PhaseSummary> phases;
};

/// Reads them from a report's JSON, of whose keys stages, baselines and figures may be missing. Throws UserError that
/// names the place if it is no report of a run.
RunSummary run_summary(const JsonDocument& report);

}  // namespace palimpsest
