#pragma once

#include "models/physics/clock.hpp"

namespace palimpsest {

/// The transimpedance amplifiers of a tile, one per sensed line. Each settles on the charge that the crossbar
/// integrated, then holds it for the converter. The reference line is subtracted at its input.
struct TiaConfig {
  double settling_ns = 0.0;
};

inline std::uint64_t tia_cycles(const TiaConfig& config, const Clock& clock) {
  return clock.cycles_for_ns(config.settling_ns);
}

}  // namespace palimpsest
