#include "models/physics/write_cycles.hpp"

#include "models/physics/saturating.hpp"
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

std::uint64_t WriteCycles::of(const WriteRounds& rounds) const {
  std::uint64_t cycles = saturating_sum(saturating_product(rounds.forming_phases, forming_),
                                        saturating_product(rounds.set_phases + rounds.reset_phases, pulse_));
  for (std::size_t cells = 1; cells < rounds.reads.size(); ++cells) {
    const std::uint64_t of_round = read_ + ceil_div(cells, converters_) * conversion_;
    cycles = saturating_sum(cycles, saturating_product(rounds.reads[cells], of_round));
  }
  return cycles;
}

}  // namespace palimpsest
