#include "sim/config/block_delays.hpp"

#include <algorithm>

#include "models/physics/energy.hpp"
#include "models/physics/units.hpp"

namespace palimpsest {

void cover_block_delays(Architecture& chip) {
  const EnergyTable& table = chip.energy;
  const auto raise = [&chip](std::uint32_t& cycles, double seconds) {
    cycles = std::max(cycles, static_cast<std::uint32_t>(chip.clock.cycles_for_ns(seconds / nano)));
  };
  const double access_seconds = sram_bank_of(table, chip.sram.bank_kib).access_seconds;
  raise(chip.sram.access_cycles, access_seconds);
  raise(chip.sram.word_cycles, access_seconds);
  raise(chip.lora_unit.step_cycles, table.mac_seconds);
  raise(chip.vector_unit.step_cycles, table.vector_seconds);
  raise(chip.interconnect.latency_cycles, table.wire_seconds_per_mm * table.interconnect_mm);
  raise(chip.host_port.cycles_per_word, table.host_word_seconds);
}

}  // namespace palimpsest
