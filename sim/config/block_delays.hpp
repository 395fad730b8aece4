#pragma once

#include <cstdint>

#include "sim/config/architecture.hpp"

namespace palimpsest {

/// No delay of the architecture is longer.
constexpr std::uint32_t most_cycles = 1'000'000;

/// Raises the cycles of the digital blocks to those that cover their delays in the energy table: SRAM access and
/// cycles per word, steps of the LoRA unit and of the vector unit, latency of the interconnect, host words. Under a
/// clock that is slower than all of them the architecture's own cycles stand. What was raised is in `source.raised`.
void cover_block_delays(Architecture& chip);

}  // namespace palimpsest
