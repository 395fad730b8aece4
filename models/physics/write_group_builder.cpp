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

WriteGroup WriteGroupBuilder::group() const {
  WriteGroup group;
  group.cells = cells_;
  for (const Pulses& pulses : rounds_) {
    group.rounds.push_back(
        {pulses.set, pulses.reset, pulses.reads[0], static_cast<std::uint32_t>(pulses.gate_volts.size())});
    for (std::size_t read = 1; read < pulses.reads.size(); ++read)
      group.rounds.push_back({0, 0, pulses.reads[read], 0});
  }
  if (!group.rounds.empty()) group.rounds.front().forming_pulses = forming_pulses_;
  return group;
}

}  // namespace palimpsest
