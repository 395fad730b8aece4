#pragma once

#include "models/physics/clock.hpp"

#include <cstdint>

namespace palimpsest {

/// The digital-to-analogue converters of a tile: one per driven line, signed codes, full scale +-`full_scale_volt`.
struct DacConfig {
  int bits = 8;                       ///< including the sign
  double full_scale_volt = 0.2;       ///< read voltage of the largest code
  std::uint32_t load_width_bits = 0;  ///< bits of input code that enter the bank per clock cycle
  double settling_ns = 0.0;
};

/// Cycles to load the codes of `lines` driven lines and let the outputs settle.
std::uint64_t dac_cycles(const DacConfig& config, std::uint32_t lines, const Clock& clock);

}  // namespace palimpsest
