#pragma once

#include <string>

#include "sim/report/report_schema.hpp"
#include "sim/run/figures.hpp"

namespace palimpsest {

inline constexpr ReportSchema run_schema{"palimpsest.report", 4};

/// The report as JSON (docs/report.md), ending in a newline. The same figures give the same bytes.
std::string json_report(const RunReport& report);

}  // namespace palimpsest
