#include "sim/config/block_delays.hpp"

#include <algorithm>
#include <string>

#include "models/physics/energy.hpp"
#include "models/physics/units.hpp"
#include "sim/error.hpp"

namespace palimpsest {

namespace {

// As many as a field of the architecture may give.
constexpr std::uint64_t most_cycles = 1'000'000;

}  // namespace

void cover_block_delays(Architecture& chip) {
  const EnergyTable& table = chip.energy;
  const auto raise = [&chip](std::uint32_t& cycles, double seconds) {
    const std::uint64_t covering = chip.clock.cycles_for_ns(seconds / nano);
    if (covering > most_cycles)
      throw UserError(ExitCode::usage_or_architecture,
                      "/clock_period_ps: expected a clock under which no delay of the energy table takes more than " +
                          std::to_string(most_cycles) + " cycles, got one of " + std::to_string(covering));
    cycles = std::max(cycles, static_cast<std::uint32_t>(covering));
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
