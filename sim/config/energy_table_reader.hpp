#pragma once

#include "models/physics/energy_table.hpp"
#include "sim/config/json_reader.hpp"

namespace palimpsest {

/// Reads an energy table (arch/README.md), from whose reader the caller has taken the name. Throws UserError.
EnergyTable read_energy_table(JsonReader& reader);

}  // namespace palimpsest
