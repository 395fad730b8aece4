#pragma once

#include <set>
#include <string>
#include <vector>

#include "models/physics/cell_array.hpp"
#include "sim/mapping/program_builder.hpp"

namespace palimpsest {

/// What a deployment writes.
struct DeploymentTask {
  std::vector<ArrayWrite> array_writes;      ///< by tile, without groups where the cells stay as they are
  std::set<std::string> vectors;             ///< gains and biases that go to the SRAM buffer, by name
  std::vector<const Adapter*> new_adapters;  ///< go to the SRAM buffer
  std::vector<const Adapter*> adapters;      ///< in use afterwards
  bool changes_adapters = true;              ///< others were in use before: the LoRA unit's registers are loaded anew
};

/// The weights of each tile with cells to write come in through the host port (one byte each, or as many as
/// its slices' code has) and are written by the programmer, tile after
/// tile; adapters, gains and biases come in through the host port and are written to the SRAM buffer, and pairs that
/// the LoRA unit's registers hold are loaded from there.
Program deployment_program(const ProgramContext& context, const DeploymentTask& task);

/// Only the programmer's part: writes or reads of the tiles that have any, one after the other.
Program array_program(const TileMap& map, const std::vector<ArrayWrite>& writes);

}  // namespace palimpsest
