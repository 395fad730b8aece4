#pragma once

#include <cstdint>
#include <optional>

#include "models/physics/clock.hpp"
#include "models/physics/converter.hpp"
#include "models/physics/grid_refinement.hpp"
#include "models/physics/mapping.hpp"

namespace palimpsest {

/// Lines that are not driven in a pass in which they have nothing to carry: no code is put on them, and their access
/// transistors stay closed.
enum class GatedInputs {
  none,
  spikes,  ///< lines without a spike
  all,     ///< these, and lines whose code is zero
};

/// What is loaded for a pass.
enum class DacLoad {
  all_lines,     ///< every line's code
  driven_lines,  ///< the codes of the driven lines with their addresses, where that is shorter
};

/// The digital-to-analogue converters of a tile: one per driven line, signed codes, full scale +-`full_scale_volt`.
struct DacConfig {
  int bits = 8;                       ///< including the sign
  double full_scale_volt = 0.2;       ///< read voltage of the largest code
  std::uint32_t load_width_bits = 0;  ///< bits of input code that enter the bank per clock cycle
  double settling_ns = 0.0;
  std::optional<double> input_range;  ///< value that the largest code stands for; empty: each layer's, calibrated
  GatedInputs gated_inputs = GatedInputs::none;
  DacLoad load = DacLoad::all_lines;
  ConverterErrors errors;  ///< in steps of the code, full_scale_volt / largest_code(bits)
  GridRefinement refinement;
};

/// What lines carry into a product: without gated lines spikes are codes like any others.
inline LineInputs line_inputs(const DacConfig& config, bool of_spikes) {
  return of_spikes && config.gated_inputs != GatedInputs::none ? LineInputs::spikes : LineInputs::codes;
}

/// Whether lines that carry `inputs` are gated.
bool gates(const DacConfig& config, LineInputs inputs);

/// Bits of one pass's codes of `lines` lines.
std::uint64_t load_bits(const DacConfig& config, InputEncoding encoding, LineInputs inputs, std::uint32_t lines);

/// Bits of one pass's codes of `lines` lines among `rows`, each with its address; of spikes the addresses alone.
std::uint64_t addressed_load_bits(const DacConfig& config, InputEncoding encoding, LineInputs inputs,
                                  std::uint32_t lines, std::uint32_t rows);

/// Cycles to load `bits` and let the outputs settle.
std::uint64_t dac_cycles(const DacConfig& config, std::uint64_t bits, const Clock& clock);

}  // namespace palimpsest
