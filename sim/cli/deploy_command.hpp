#pragma once

#include <string>
#include <vector>

namespace palimpsest {

/// `palimpsest deploy`: writes the weights of a phase as one chip's tiles compute with them, and a report of their
/// deviations. `arguments` are those behind `deploy`. Throws UserError.
void deploy_command(const std::vector<std::string>& arguments);

}  // namespace palimpsest
