#pragma once

#include <cstdint>
#include <optional>

#include "models/physics/clock.hpp"
#include "models/physics/off_chip.hpp"
#include "models/physics/sram.hpp"
#include "models/physics/tile_config.hpp"

namespace palimpsest {

struct InterconnectConfig {
  std::uint32_t latency_cycles = 1;  ///< between a port and a bank, each way
};

struct HostPortConfig {
  std::uint32_t cycles_per_word = 1;
};

/// What the timing shell needs to know of a chip.
struct ChipConfig {
  Clock clock;
  std::uint32_t tile_groups = 1;
  TileConfig tile;
  SramConfig sram;
  InterconnectConfig interconnect;
  HostPortConfig host_port;
  std::optional<OffChipConfig> off_chip;  ///< empty: there is none
};

}  // namespace palimpsest
