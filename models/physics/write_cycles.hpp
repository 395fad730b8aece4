#pragma once

#include <cstdint>

#include "models/physics/clock.hpp"
#include "models/physics/tile_config.hpp"
#include "models/physics/write_rounds.hpp"

namespace palimpsest {

/// How long write-verify takes on a tile.
class WriteCycles {
 public:
  WriteCycles(const TileConfig& tile, const Clock& clock);

  /// Cycles of the rounds, one after the other, `uncountable` at most. Of a round: the forming pulses of all cells at
  /// once, the SET pulses of all cells with the same gate voltage at once, one gate voltage after the other, then the
  /// RESET pulses of all, then one read of the cells still open: DAC settling, read, transfer, and a conversion of
  /// each.
  std::uint64_t of(const WriteRounds& rounds) const;

 private:
  std::uint64_t forming_;
  std::uint64_t pulse_;
  std::uint64_t read_;  ///< without the conversions
  std::uint64_t conversion_;
  std::uint32_t converters_;
};

}  // namespace palimpsest
