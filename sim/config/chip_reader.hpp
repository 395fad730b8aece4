#pragma once

#include <string>

#include "sim/config/architecture.hpp"
#include "sim/config/json_reader.hpp"

namespace palimpsest {

/// Reads a chip whose tables are in place. The name of a map of faulty cells is relative to `directory`. `source` stays
/// empty. Throws UserError.
Architecture read_chip(JsonReader reader, const std::string& directory);

}  // namespace palimpsest
