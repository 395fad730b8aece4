#pragma once

#include <cstdint>

#include "models/physics/clock.hpp"
#include "models/physics/converter.hpp"
#include "models/physics/grid_refinement.hpp"

namespace palimpsest {

/// Where the largest code of the ADCs lies.
enum class AdcRange {
  per_tile,   ///< at the largest TIA output that the tile's array gives for the calibration inputs
  per_layer,  ///< the same over all tiles of a layer
  fixed,      ///< at a given voltage
};

/// The analogue-to-digital converters of a tile, shared by its sensed lines through multiplexers.
struct AdcConfig {
  int bits = 8;                 ///< including the sign
  std::uint32_t count = 16;     ///< converters that work at the same time
  double conversion_ns = 0.0;   ///< of one sample
  double multiplexer_ns = 0.0;  ///< settling of the multiplexer before each conversion
  AdcRange range = AdcRange::per_tile;
  double full_scale_volt = 0.9;            ///< TIA output of the largest code, if the range is fixed
  double smallest_full_scale_volt = 1e-6;  ///< a calibrated range is never smaller
  double noise_volt = 0.0;  ///< standard deviation of one conversion, input-referred; beside that of `errors`
  ConverterErrors errors;   ///< in codes
  GridRefinement refinement;
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
