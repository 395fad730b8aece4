#include "models/physics/write_cycles.hpp"

namespace palimpsest {

std::uint64_t write_round_cycles(const TileConfig& tile, const WriteRound& round, const Clock& clock) {
  const std::uint64_t pulse = clock.cycles_for_ns(tile.pulse_ns);
  std::uint64_t cycles = round.set_phases * pulse;
  if (round.forming_pulses > 0) cycles += clock.cycles_for_ns(tile.forming_ns);
  if (round.reset_pulses > 0) cycles += pulse;
  if (round.verify_reads > 0) {
    const std::unique_ptr<const Sensing> sensing = sensing_of(tile);
    cycles += clock.cycles_for_ns(tile.dac.settling_ns) + array_cycles(*sensing, clock) +
              transfer_cycles(*sensing, clock) + adc_cycles(tile.adc, round.verify_reads, clock);
  }
  return cycles;
}

std::uint64_t write_group_cycles(const TileConfig& tile, const WriteGroup& group, const Clock& clock) {
  std::uint64_t cycles = 0;
  for (const WriteRound& round : group.rounds) cycles += write_round_cycles(tile, round, clock);
  return cycles;
}

}  // namespace palimpsest
