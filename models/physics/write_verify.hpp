#pragma once

#include <cstdint>
#include <vector>

#include "models/physics/cell.hpp"
#include "models/physics/pulse_schedule.hpp"

namespace palimpsest {

enum class WriteMethod {
  write_verify,  ///< read, stop when within the tolerance, otherwise one SET or RESET pulse, and again
  exact,         ///< unphysical: one pulse that puts every cell on its target, for studies without writing error
};

struct WriteVerifyConfig {
  WriteMethod method = WriteMethod::write_verify;
  double tolerance_microsiemens = 2.0;
  double reference_tolerance_microsiemens = 0.5;  ///< of reference cells, whose error is common to a whole tile
  std::uint32_t maximum_cycles = 1000;            ///< pulses after which a cell is given up and counted as failed
  std::uint32_t parallel_cells = 16;              ///< cells of one row written at the same time
  double pulse_ns = 100.0;
  PulseConfig pulse;
};

/// One write pulse of a cell.
struct CellPulse {
  bool set = false;          ///< SET, or else RESET
  double volt = 0.0;         ///< amplitude across cell and access transistor, positive for both
  double conductance = 0.0;  ///< microsiemens, after it, as a read without noise sees it
};

/// The write of one cell.
struct CellWrite {
  double conductance = 0.0;         ///< microsiemens, the cell's own behind its access transistor, after the last pulse
  std::vector<CellPulse> pulses;    ///< in order; a verify read before each and after the last
  double pulse_energy_joule = 0.0;  ///< sum over the pulses of V^2 G t in cell and transistor, G as read before each
  double verified_conductance_microsiemens = 0;  ///< as read, summed over the verify reads; gives their energy
  bool converged = false;
};

/// What a cell is to hold as it is read, microsiemens.
struct CellTarget {
  double conductance = 0.0;
  double tolerance = 0.0;
};

/// Writes a cell that holds `start` (microsiemens, its own conductance behind the access transistor) to `target`. The
/// verify read sees it through the transistor, with the cell's read noise; of a pulse the cell gets what the transistor
/// leaves. The exact method takes one pulse at its first amplitude and one verify read before and after, whatever the
/// cell holds, and fails where the target is beyond the cell's limits.
CellWrite write_cell(const CellConfig& cell, const WriteVerifyConfig& config, const CellTraits& traits, double start,
                     const CellTarget& target, RandomStream& stream);

}  // namespace palimpsest
