#include "models/physics/write_group_builder.hpp"

#include <algorithm>

namespace palimpsest {

void WriteGroupBuilder::add(const CellWrite& write, bool formed) {
  ++cells_;
  if (formed) ++forming_pulses_;
  if (rounds_.size() < write.pulses.size() + 1) rounds_.resize(write.pulses.size() + 1);
  for (std::size_t number = 0; number <= write.pulses.size(); ++number) {
    Pulses& round = rounds_[number];
    const std::uint32_t reads = write.verify_reads[number];
    if (round.reads.size() < reads) round.reads.resize(reads, 0);
    for (std::uint32_t read = 0; read < reads; ++read) ++round.reads[read];
    if (number == 0) continue;
    const CellPulse& pulse = write.pulses[number - 1];
    ++(pulse.set ? round.set : round.reset);
    if (pulse.set &&
        std::find(round.gate_volts.begin(), round.gate_volts.end(), pulse.gate_volt) == round.gate_volts.end())
      round.gate_volts.push_back(pulse.gate_volt);
  }
}

void WriteGroupBuilder::add_to(WriteRounds& rounds) const {
  rounds.cells += cells_;
  rounds.forming_pulses += forming_pulses_;
  rounds.forming_phases += forming_pulses_ > 0 ? 1 : 0;
  for (const Pulses& pulses : rounds_) {
    rounds.set_pulses += pulses.set;
    rounds.reset_pulses += pulses.reset;
    rounds.set_phases += pulses.gate_volts.size();
    rounds.reset_phases += pulses.reset > 0 ? 1 : 0;
    for (const std::uint32_t cells_read : pulses.reads) rounds.add_reads(cells_read, 1);
  }
}

}  // namespace palimpsest
