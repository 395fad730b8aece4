#include "models/physics/dac.hpp"

#include "models/physics/input_encoding.hpp"

namespace palimpsest {

std::uint64_t dac_cycles(const DacConfig& config, InputEncoding inputs, std::uint32_t lines, const Clock& clock) {
  const std::uint64_t code_bits = std::uint64_t{lines} * static_cast<std::uint64_t>(bits_per_pass(inputs, config.bits));
  return ceil_div(code_bits, config.load_width_bits) + clock.cycles_for_ns(config.settling_ns);
}

}  // namespace palimpsest
