#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/physics/cell_writes.hpp"
#include "models/physics/write_rounds.hpp"

namespace palimpsest {

/// Which cells of a batch are written at the same time, and which are formed before.
struct CellGroups {
  std::vector<std::size_t> ends;     ///< of each group, in the order of the batch, the place behind its last cell
  std::vector<std::uint8_t> formed;  ///< by cell; empty: none
};

/// The rounds of the groups: the k-th pulse of each cell of a group falls into the same round.
WriteRounds rounds_of(const PulseConfig& config, const CellWrites& writes, const CellGroups& groups);

}  // namespace palimpsest
