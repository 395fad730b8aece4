#pragma once

#include <cstdint>

#include "models/modules/cycle_time.hpp"
#include "models/physics/actions.hpp"
#include "models/protocol/payload_pool.hpp"

namespace palimpsest {

/// What every unit of a chip needs beside its own configuration.
struct UnitServices {
  UnitServices(const CycleTime& cycle_time, std::uint32_t bytes_of_a_line, PayloadPool& pool,
               ActionCounts& action_counts)
      : time(cycle_time), line_bytes(bytes_of_a_line), payloads(pool), counts(action_counts) {}

  CycleTime time;
  std::uint32_t line_bytes;  ///< of the SRAM buffer: requests do not cross a line
  PayloadPool& payloads;
  ActionCounts& counts;
};

}  // namespace palimpsest
