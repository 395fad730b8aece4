#pragma once

#include <string>
#include <vector>

namespace palimpsest {

/// `palimpsest crossbar`: column currents of one array without and with IR drop, as CSV. `arguments` are those behind
/// `crossbar`. Throws UserError.
void crossbar_command(const std::vector<std::string>& arguments);

}  // namespace palimpsest
