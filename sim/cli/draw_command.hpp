#pragma once

#include <string>
#include <vector>

namespace palimpsest {

/// `palimpsest draw`: draws reports of runs that differ in their seeds alone as one picture. `arguments` are those
/// behind `draw`. Throws UserError.
void draw_command(const std::vector<std::string>& arguments);

}  // namespace palimpsest
