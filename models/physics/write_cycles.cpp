#include "models/physics/write_cycles.hpp"

#include "models/physics/sensing.hpp"

namespace palimpsest {

WriteCycles::WriteCycles(const TileConfig& tile, const Clock& clock)
    : forming_(clock.cycles_for_ns(tile.forming_ns)),
      pulse_(clock.cycles_for_ns(tile.pulse_ns)),
      conversion_(adc_conversion_cycles(tile.adc, clock)),
      converters_(tile.adc.count) {
  const std::unique_ptr<const Sensing> sensing = sensing_of(tile);
  read_ = clock.cycles_for_ns(tile.dac.settling_ns) + array_cycles(*sensing, clock) + transfer_cycles(*sensing, clock);
}

std::uint64_t WriteCycles::of(const WriteRound& round) const {
  std::uint64_t cycles = round.set_phases * pulse_;
  if (round.forming_pulses > 0) cycles += forming_;
  if (round.reset_pulses > 0) cycles += pulse_;
  if (round.verify_reads > 0) cycles += read_ + ceil_div(round.verify_reads, converters_) * conversion_;
  return cycles;
}

std::uint64_t WriteCycles::of(const WriteGroup& group) const {
  std::uint64_t cycles = 0;
  for (const WriteRound& round : group.rounds) cycles += of(round);
  return cycles;
}

}  // namespace palimpsest
