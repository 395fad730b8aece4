#include "sim/run/tiles_of_chip.hpp"

#include <string>

#include "sim/error.hpp"
#include "sim/mapping/tile_map.hpp"

namespace palimpsest {

namespace {

/// A tile that the chip does not have is a slip in the map; one that the network leaves unused is not.
void check_fault_map(const FaultsConfig& faults, std::uint32_t tiles) {
  if (faults.cells.map.empty() || faults.cells.map.rbegin()->first < tiles) return;
  throw UserError(ExitCode::usage_or_architecture, "/resistive_memory/faults/map: " + faults.last_tile_place +
                                                       ": expected a tile in 0.." + std::to_string(tiles - 1) +
                                                       ", got " + std::to_string(faults.cells.map.rbegin()->first));
}

}  // namespace

std::uint32_t tiles_of_chip(const Architecture& architecture, const Trace& trace) {
  const std::uint64_t needed = tiles_needed(trace.network, architecture);
  const std::uint64_t tiles = architecture.tiles ? *architecture.tiles : needed;
  if (tiles < needed) {
    throw UserError(ExitCode::usage_or_architecture, "/tile/count: the network \"" + trace.name + "\" needs " +
                                                         std::to_string(needed) + " tiles, the chip has " +
                                                         std::to_string(tiles));
  }
  if (tiles > most_tiles) {
    throw UserError(ExitCode::usage_or_architecture, "/tile: the network \"" + trace.name + "\" needs " +
                                                         std::to_string(needed) + " tiles, expected at most " +
                                                         std::to_string(most_tiles) + "; make them larger");
  }
  check_fault_map(architecture.resistive_memory.faults, static_cast<std::uint32_t>(tiles));
  return static_cast<std::uint32_t>(tiles);
}

}  // namespace palimpsest
