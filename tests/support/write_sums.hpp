#pragma once

#include <cstdint>

#include "models/physics/cell_array.hpp"

namespace palimpsest::test {

/// What a write took, summed over its groups and rounds.
struct WriteSums {
  std::uint64_t cells = 0;
  std::uint64_t pulses = 0;
  std::uint64_t reads = 0;
};

inline WriteSums write_sums(const ArrayWrite& write) {
  WriteSums sums;
  for (const WriteGroup& group : write.groups) {
    sums.cells += group.cells;
    for (const WriteRound& round : group.rounds) {
      sums.pulses += round.set_pulses + round.reset_pulses;
      sums.reads += round.verify_reads;
    }
  }
  return sums;
}

}  // namespace palimpsest::test
