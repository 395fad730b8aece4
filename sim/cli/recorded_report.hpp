#pragma once

#include <string>

#include "sim/report/report_schema.hpp"
#include "sim/run/provenance.hpp"

namespace palimpsest {

/// What a report says that it was made from. Throws UserError (usage_or_architecture) if the file is not a report of
/// that schema and command.
Provenance read_provenance(const std::string& report, const ReportSchema& schema, const std::string& command);

}  // namespace palimpsest
