#pragma once

#include <string>
#include <vector>

namespace palimpsest {

/// `palimpsest nonidealities`: what each non-ideality of a chip alone does to the accuracies of a trace. `arguments`
/// are those behind the command's name. Throws UserError.
void nonidealities_command(const std::vector<std::string>& arguments);

}  // namespace palimpsest
