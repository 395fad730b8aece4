#pragma once

#include "models/physics/retention.hpp"
#include "sim/config/json_reader.hpp"

namespace palimpsest {

/// Reads `/resistive_memory/retention`, all but its name. Throws UserError.
RetentionConfig read_retention(JsonReader& reader);

}  // namespace palimpsest
