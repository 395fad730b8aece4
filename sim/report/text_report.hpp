#pragma once

#include <string>

#include "sim/run/figures.hpp"

namespace palimpsest {

/// The report as text: per phase its stages, accuracies, wear, the hybrid's energy by component, and the comparison
/// with both baselines.
std::string text_report(const RunReport& report);

}  // namespace palimpsest
