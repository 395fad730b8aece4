#pragma once

#include <string>

#include "sim/config/architecture.hpp"
#include "sim/config/json_reader.hpp"

namespace palimpsest {

/// Reads `/resistive_memory` of a chip with such tiles, all but its pulses; files it names are relative to
/// `directory`. Throws UserError.
ResistiveMemoryConfig read_resistive_memory(JsonReader& reader, const CrossbarConfig& crossbar,
                                            const std::string& directory);

}  // namespace palimpsest
