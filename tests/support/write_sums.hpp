#pragma once

#include <cstdint>

#include "models/physics/cell_array.hpp"

namespace palimpsest::test {

/// What a write took, summed over its rounds.
struct WriteSums {
  std::uint64_t cells = 0;
  std::uint64_t pulses = 0;
  std::uint64_t reads = 0;
};

inline WriteSums write_sums(const ArrayWrite& write) {
  const WriteRounds& rounds = write.rounds;
  return {rounds.cells, rounds.set_pulses + rounds.reset_pulses, rounds.verify_reads()};
}

}  // namespace palimpsest::test
