#include "sim/config/off_chip_reader.hpp"

#include "models/physics/units.hpp"
#include "sim/config/quantity.hpp"

namespace palimpsest {

std::optional<OffChipConfig> read_off_chip(JsonReader& chip) {
  if (!chip.has("off_chip")) return std::nullopt;
  std::optional<JsonReader> reader = chip.object_or("off_chip", "none");
  if (!reader) return std::nullopt;
  OffChipConfig memory;
  // Beyond these a transfer could take more cycles than 64 bits hold.
  memory.capacity_bytes = reader->integer<std::uint64_t>("capacity_mib", 1, 1'048'576) << 20U;
  memory.latency_ns = read_quantity(*reader, "latency", delay_units(), 0.0, 1e-3) / nano;
  memory.bytes_per_second = read_quantity(*reader, "bandwidth", bandwidth_units(), 1e6, 1e15);
  memory.word_joule = read_quantity(*reader, "word", energy_units(), 0.0, 1.0);
  memory.standby_watt = read_quantity(*reader, "standby", power_units(), 0.0, 1e3);
  reader->finish();
  return memory;
}

}  // namespace palimpsest
