#pragma once

#include <string>
#include <vector>

namespace palimpsest {

/// `palimpsest noise`: repeats the noise study on a trace, prints the table and writes report and picture. `arguments`
/// are those behind `noise`. Throws UserError.
void noise_command(const std::vector<std::string>& arguments);

}  // namespace palimpsest
