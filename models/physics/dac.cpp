#include "models/physics/dac.hpp"

#include "models/physics/input_encoding.hpp"

namespace palimpsest {

namespace {

/// Smallest number of bits that tells `count` things apart.
std::uint64_t address_bits(std::uint32_t count) {
  std::uint64_t bits = 0;
  while (bits < 32 && (std::uint64_t{1} << bits) < count) ++bits;
  return bits;
}

}  // namespace

bool gates(const DacConfig& config, LineInputs inputs) {
  return config.gated_inputs == GatedInputs::all ||
         (config.gated_inputs == GatedInputs::spikes && inputs == LineInputs::spikes);
}

std::uint64_t load_bits(const DacConfig& config, InputEncoding encoding, LineInputs inputs, std::uint32_t lines) {
  return std::uint64_t{lines} * static_cast<std::uint64_t>(bits_per_pass(encoding, config.bits, inputs));
}

std::uint64_t addressed_load_bits(const DacConfig& config, InputEncoding encoding, LineInputs inputs,
                                  std::uint32_t lines, std::uint32_t rows) {
  const std::uint64_t addresses = lines * address_bits(rows);
  return inputs == LineInputs::spikes ? addresses : addresses + load_bits(config, encoding, inputs, lines);
}

std::uint64_t dac_cycles(const DacConfig& config, std::uint64_t bits, const Clock& clock) {
  return ceil_div(bits, config.load_width_bits) + clock.cycles_for_ns(config.settling_ns);
}

}  // namespace palimpsest
