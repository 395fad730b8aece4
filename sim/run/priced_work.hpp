#pragma once

#include <cstdint>

#include "sim/config/architecture.hpp"
#include "sim/run/figures.hpp"

namespace palimpsest {

/// What `work` takes on a chip of `tiles` tiles, with multiply-accumulates of `mac_bits`: energies by component, time
/// and counts.
StageFigures priced_work(const Architecture& architecture, std::uint32_t tiles, const ChipWork& work, int mac_bits);

}  // namespace palimpsest
