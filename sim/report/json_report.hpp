#pragma once

#include <string>

#include "sim/run/figures.hpp"

namespace palimpsest {

/// The report as JSON (docs/report.md), ending in a newline. The same figures give the same bytes.
std::string json_report(const RunReport& report);

}  // namespace palimpsest
