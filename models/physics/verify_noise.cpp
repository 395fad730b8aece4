#include "models/physics/verify_noise.hpp"

#include <algorithm>
#include <cmath>

#include "models/physics/quantize.hpp"
#include "models/physics/sensing.hpp"

namespace palimpsest {

double verify_circuit_noise_microsiemens(const TileConfig& tile, const CellConfig& cell) {
  const auto sensing = sensing_of(tile);
  const double volt_per_microsiemens = tile.dac.full_scale_volt * sensing->volt_per_microampere();
  const double full_scale =
      std::max(tile.adc.smallest_full_scale_volt, cell.window_high_microsiemens * volt_per_microsiemens);
  const double lsb = full_scale / largest_code(tile.adc.bits);
  const double amplifier = noise_volt(tile, *sensing, cell.window_high_microsiemens);
  const double rounding = lsb / std::sqrt(12.0);
  const double converter = std::hypot(tile.adc.noise_volt, tile.adc.errors.noise_lsb * lsb);
  return std::hypot(amplifier, converter, rounding) / volt_per_microsiemens;
}

}  // namespace palimpsest
