#pragma once

#include <string>
#include <vector>

namespace palimpsest {

/// `palimpsest run`: simulates a trace on an architecture, prints the table and writes the report. `arguments` are
/// those behind `run`. Throws UserError.
void run_command(const std::vector<std::string>& arguments);

}  // namespace palimpsest
