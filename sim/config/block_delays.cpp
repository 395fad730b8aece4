#include "sim/config/block_delays.hpp"

#include <string>

#include "models/physics/energy.hpp"
#include "models/physics/units.hpp"
#include "sim/error.hpp"

namespace palimpsest {

void cover_block_delays(Architecture& chip) {
  const EnergyTable& table = chip.energy;
  const auto raise = [&chip](const char* pointer, std::uint32_t& cycles, double seconds) {
    const std::uint64_t covering = chip.clock.cycles_for_ns(seconds / nano);
    if (covering > most_cycles)
      throw UserError(ExitCode::usage_or_architecture,
                      "/clock_period_ps: expected a clock under which no delay of the energy table takes more than " +
                          std::to_string(most_cycles) + " cycles, got one of " + std::to_string(covering));
    if (covering <= cycles) return;
    cycles = static_cast<std::uint32_t>(covering);
    chip.source.raised.push_back({pointer, cycles});
  };
  const double access_seconds = sram_bank_of(table, chip.sram.bank_kib).access_seconds;
  raise("/sram/access_cycles", chip.sram.access_cycles, access_seconds);
  raise("/sram/word_cycles", chip.sram.word_cycles, access_seconds);
  raise("/lora_unit/step_cycles", chip.lora_unit.step_cycles, table.mac_seconds);
  raise("/vector_unit/step_cycles", chip.vector_unit.step_cycles, table.vector_seconds);
  // A step of a sum ends in the lanes of the next tile.
  raise("/data_path/lanes_of_tile/step_cycles", chip.data_path.lanes.step_cycles,
        table.vector_seconds + table.wire_seconds_per_mm * table.tile_pitch_mm);
  raise("/interconnect/latency_cycles", chip.interconnect.latency_cycles,
        table.wire_seconds_per_mm * table.interconnect_mm);
  raise("/host_port/cycles_per_word", chip.host_port.cycles_per_word, table.host_word_seconds);
}

}  // namespace palimpsest
