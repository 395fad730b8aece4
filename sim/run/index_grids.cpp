#include "sim/run/index_grids.hpp"

#include <cmath>
#include <string>

#include "models/physics/quantize.hpp"
#include "sim/error.hpp"

namespace palimpsest {

void check_index_grids(const Architecture& architecture, const Network& network) {
  const int bits = architecture.sram.activation_bits;
  for (const auto& operation : network.operations()) {
    // Whoever asks for a range reads whole numbers up to it.
    const double largest =
        std::ceil(static_cast<double>(operation->least_input_range()) * architecture.calibration_margin);
    if (largest <= largest_code(bits)) continue;
    int enough = bits;
    while (largest > std::ldexp(1.0, enough - 1) - 1.0) ++enough;
    const auto rows = static_cast<std::uint64_t>(operation->least_input_range()) + 1;
    throw UserError(ExitCode::usage_or_architecture,
                    "/sram/activation_bits: expected at least " + std::to_string(enough) + " for the indices of " +
                        operation->name() + " into " + std::to_string(rows) + " rows, got " + std::to_string(bits));
  }
}

}  // namespace palimpsest
