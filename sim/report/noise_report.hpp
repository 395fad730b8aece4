#pragma once

#include <string>

#include "sim/report/report_schema.hpp"
#include "sim/run/noise_study.hpp"

namespace palimpsest {

inline constexpr ReportSchema noise_schema{"palimpsest.noise", 3};

/// The study as JSON (docs/noise-study.md), ending in a newline. The same figures give the same bytes.
std::string noise_json(const NoiseStudy& study);

/// The study as text: per phase a row for each sigma and method, `mean +- deviation (smallest..largest)`, shares in
/// percent.
std::string noise_text(const NoiseStudy& study);

}  // namespace palimpsest
