#pragma once

#include <string>

#include "sim/report/report_schema.hpp"
#include "sim/run/nonideality_study.hpp"

namespace palimpsest {

inline constexpr ReportSchema nonideality_schema{"palimpsest.nonidealities", 4};

/// The study as JSON (docs/report.md), ends in a newline.
std::string nonideality_json(const NonidealityStudy& study);

/// The study as tables.
std::string nonideality_text(const NonidealityStudy& study);

/// Outcome of every variant at the task, mean and extremes over the chips, as SVG.
std::string nonideality_figure(const NonidealityStudy& study);

}  // namespace palimpsest
