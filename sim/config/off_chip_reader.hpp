#pragma once

#include <optional>

#include "models/physics/off_chip.hpp"
#include "sim/config/json_reader.hpp"

namespace palimpsest {

/// Reads the object `off_chip` of `chip`; empty if it is left out or "none".
std::optional<OffChipConfig> read_off_chip(JsonReader& chip);

}  // namespace palimpsest
