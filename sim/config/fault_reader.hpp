#pragma once

#include <string>

#include "models/physics/crossbar_config.hpp"
#include "sim/config/architecture.hpp"
#include "sim/config/json_reader.hpp"

namespace palimpsest {

/// Reads `/resistive_memory/faults` of a chip with such tiles. The name of a map is relative to `directory`. Throws
/// UserError.
FaultsConfig read_faults(JsonReader reader, const CrossbarConfig& crossbar, const std::string& directory);

}  // namespace palimpsest
