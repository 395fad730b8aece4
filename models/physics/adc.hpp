#pragma once

#include "models/physics/clock.hpp"

#include <cstdint>

namespace palimpsest {

/// The analogue-to-digital converters of a tile, shared by its sensed lines through multiplexers.
struct AdcConfig {
  int bits = 8;                 ///< including the sign
  std::uint32_t count = 16;     ///< converters that work at the same time
  double conversion_ns = 0.0;   ///< of one sample
  double multiplexer_ns = 0.0;  ///< settling of the multiplexer before each conversion
};

/// Cycles of one conversion, multiplexer included.
inline std::uint64_t adc_conversion_cycles(const AdcConfig& config, const Clock& clock) {
  return clock.cycles_for_ns(config.multiplexer_ns + config.conversion_ns);
}

/// Cycles to convert `lines` held samples.
inline std::uint64_t adc_cycles(const AdcConfig& config, std::uint32_t lines, const Clock& clock) {
  return ceil_div(lines, config.count) * adc_conversion_cycles(config, clock);
}

}  // namespace palimpsest
