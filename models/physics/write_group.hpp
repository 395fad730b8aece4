#pragma once

#include <cstdint>
#include <vector>

namespace palimpsest {

/// One round of write-verify for a group of cells that share a row: pulses where wanted, forming first, then a verify
/// read of the cells still open. Further reads that a verify averages are rounds without pulses.
struct WriteRound {
  std::uint32_t set_pulses = 0;
  std::uint32_t reset_pulses = 0;
  std::uint32_t verify_reads = 0;
  std::uint32_t set_phases = 0;  ///< gate voltages of the SET pulses; cells of a row share their gate line
  std::uint32_t forming_pulses = 0;

  /// Phases of pulses, each with the row's word line opened once: forming, SET at each gate voltage, RESET.
  std::uint32_t pulse_phases() const {
    return set_phases + (reset_pulses > 0 ? 1U : 0U) + (forming_pulses > 0 ? 1U : 0U);
  }
};

/// Cells written at the same time, round by round. The first round only forms and reads.
struct WriteGroup {
  std::uint32_t cells = 0;
  std::vector<WriteRound> rounds;
};

}  // namespace palimpsest
