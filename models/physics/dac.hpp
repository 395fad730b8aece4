#pragma once

#include <cstdint>
#include <optional>

#include "models/physics/clock.hpp"
#include "models/physics/converter.hpp"
#include "models/physics/grid_refinement.hpp"
#include "models/physics/mapping.hpp"

namespace palimpsest {

/// The digital-to-analogue converters of a tile: one per driven line, signed codes, full scale +-`full_scale_volt`.
struct DacConfig {
  int bits = 8;                       ///< including the sign
  double full_scale_volt = 0.2;       ///< read voltage of the largest code
  std::uint32_t load_width_bits = 0;  ///< bits of input code that enter the bank per clock cycle
  double settling_ns = 0.0;
  std::optional<double> input_range;  ///< value that the largest code stands for; empty: each layer's, calibrated
  ConverterErrors errors;             ///< in steps of the code, full_scale_volt / largest_code(bits)
  GridRefinement refinement;
};

/// Cycles to load one pass's codes of `lines` driven lines and let the outputs settle.
std::uint64_t dac_cycles(const DacConfig& config, InputEncoding inputs, std::uint32_t lines, const Clock& clock);

}  // namespace palimpsest
