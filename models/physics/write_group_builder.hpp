#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/physics/write_rounds.hpp"
#include "models/physics/write_verify.hpp"

namespace palimpsest {

/// Lays the writes of single cells side by side: the k-th pulse of each falls into the same round.
class WriteGroupBuilder {
 public:
  /// `formed`: a forming pulse comes before the first read.
  void add(const CellWrite& write, bool formed);

  /// Adds the rounds of the group. The first one only forms and reads. Each round with pulses is followed by the
  /// further reads of the cells that average more than one.
  void add_to(WriteRounds& rounds) const;

 private:
  struct Pulses {
    std::uint32_t set = 0;
    std::uint32_t reset = 0;
    std::vector<std::optional<double>> gate_volts;  ///< of the SET pulses, each once
    std::vector<std::uint32_t> reads;               ///< how many cells are read a first, a second ... time after them
  };

  std::uint32_t cells_ = 0;
  std::uint32_t forming_pulses_ = 0;
  std::vector<Pulses> rounds_;
};

}  // namespace palimpsest
