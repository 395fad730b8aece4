#pragma once

#include <cstdint>
#include <vector>

#include "models/modules/chip_config.hpp"
#include "models/physics/actions.hpp"
#include "models/protocol/jobs.hpp"

namespace palimpsest::schedule {

struct ScheduleResult {
  std::uint64_t cycles = 0;  ///< the cycle at which the last job is done
  ActionCounts counts;
  std::uint64_t memory_wait_cycles = 0;  ///< summed over the requests: grant less the first edge after the arrival
  /// In which a unit had at least one job: of the tile groups, the LoRA unit, the vector unit, the host port, the
  /// off-chip memory, the programmer.
  std::vector<std::uint64_t> busy_cycles;
};

/// Plays `program` cycle by cycle, without events. It is written from docs/timing.md alone and shares only the
/// structures of configuration and program with the chip, so that an error in one of the two shows as a difference.
/// The program must be sound: steps depend on earlier steps, tile groups exist, at least one sample is in flight, and
/// ranges have at least one row and keep at least one vector together.
/// Throws std::out_of_range for a tile group that does not exist, std::invalid_argument for adapters that do not take
/// just the vectors of their tile job: the two would wait for each other for ever.
ScheduleResult play_clock_stepped(const ChipConfig& config, const Program& program);

}  // namespace palimpsest::schedule
