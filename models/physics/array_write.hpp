#pragma once

#include <cstdint>

#include "models/physics/cell_writes.hpp"
#include "models/physics/group_rounds.hpp"
#include "models/physics/write_rounds.hpp"

namespace palimpsest {

/// What one write of an array took.
struct ArrayWrite {
  WriteRounds rounds;
  std::uint64_t failed_cells = 0;      ///< outside the tolerance after the last cycle
  std::uint64_t clipped_weights = 0;   ///< beyond their layer's scale; counted by who maps weights to targets
  double pulse_energy_joule = 0.0;     ///< in the cells and their transistors
  double pulse_charge_coulomb = 0.0;   ///< that the pulses take from the drivers' supply
  double verified_microsiemens = 0.0;  ///< conductance summed over all verify reads
};

/// What the writes of a batch took, with the forming pulses before them.
ArrayWrite array_write(const WriteVerifyConfig& config, const CellWrites& writes, const CellGroups& groups);

}  // namespace palimpsest
