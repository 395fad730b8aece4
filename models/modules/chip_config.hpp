#pragma once

#include "models/physics/adc.hpp"
#include "models/physics/clock.hpp"
#include "models/physics/crossbar.hpp"
#include "models/physics/dac.hpp"
#include "models/physics/sram.hpp"
#include "models/physics/tia.hpp"

#include <cstdint>

namespace palimpsest {

struct TileConfig {
  CrossbarConfig crossbar;
  DacConfig dac;
  TiaConfig tia;
  AdcConfig adc;
  double pulse_ns = 100.0;  ///< width of a SET or RESET pulse
};

struct InterconnectConfig {
  std::uint32_t latency_cycles = 1;  ///< between a port and a bank, each way
};

struct HostPortConfig {
  std::uint32_t cycles_per_word = 1;
};

/// What the timing shell needs to know of a chip.
struct ChipConfig {
  Clock clock;
  std::uint32_t tiles = 1;
  TileConfig tile;
  SramConfig sram;
  InterconnectConfig interconnect;
  HostPortConfig host_port;
};

}  // namespace palimpsest
