#pragma once

#include <string>

#include "sim/report/report_schema.hpp"
#include "sim/run/programming_study.hpp"

namespace palimpsest {

inline constexpr ReportSchema programming_schema{"palimpsest.programming", 3};

/// The study as JSON (docs/report.md), ending in a newline. The same figures give the same bytes.
std::string programming_json(const ProgrammingReport& report);

}  // namespace palimpsest
