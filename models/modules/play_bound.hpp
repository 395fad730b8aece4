#pragma once

#include <cstdint>

#include "models/modules/chip_config.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// What a play does not exceed; `uncountable` where 64 bits do not hold it.
struct PlayBound {
  std::uint64_t cycles = 0;
  std::uint64_t memory_wait_cycles = 0;
};

/// Bounds a play of `program`, which is well formed, in the time of going through its steps once.
///
/// The kernel's time only moves to the end of a delay that some module asked for: a stage's service, a request's way,
/// its bank's next grant, a round of writing, the cycle until the sequencer reads a report. At any time one of them is
/// under way, so their sum, as if nothing overlapped, is not less than the whole. A request waits only while its bank
/// is busy, and not more wait at a time than the ports have under way.
PlayBound play_bound(const Program& program, const ChipConfig& config);

}  // namespace palimpsest
