#pragma once

#include <string>
#include <vector>

#include "sim/report/run_summary.hpp"
#include "sim/run/figures.hpp"

namespace palimpsest {

/// Runs that differ in their seeds alone, as SVG: for each phase and machine energy and time of a sample pass of the
/// training, of a deployment and of an inferred sample on logarithmic axes, and what the task
/// is judged by (accuracies, errors, deviations); mean over the runs, and a line from the smallest to the largest. What
/// no run has is left out.
std::string run_figure(const std::vector<RunSummary>& runs, const Provenance& provenance);

/// The same of one run.
std::string run_figure(const RunReport& report);

}  // namespace palimpsest
