#pragma once

#include <string>
#include <vector>

namespace palimpsest {

/// `palimpsest program`: studies how an architecture's cells are written, prints tables and writes the report.
/// `arguments` are those behind `program`. Throws UserError.
void program_command(const std::vector<std::string>& arguments);

}  // namespace palimpsest
