#pragma once

#include <cstdint>
#include <vector>

namespace palimpsest {

/// One round of write-verify for a group of cells that share a row: pulses where wanted, then a verify read of the
/// cells still open. Further reads that a verify averages are rounds without pulses.
struct WriteRound {
  std::uint32_t set_pulses = 0;
  std::uint32_t reset_pulses = 0;
  std::uint32_t verify_reads = 0;
  std::uint32_t set_phases = 0;  ///< gate voltages of the SET pulses; cells of a row share their gate line
};

/// Cells written at the same time, round by round. The first round only reads.
struct WriteGroup {
  std::uint32_t cells = 0;
  std::vector<WriteRound> rounds;
};

}  // namespace palimpsest
