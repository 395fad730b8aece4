#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/run/figures.hpp"

namespace palimpsest {

/// One training run, all its steps together, with its parts priced by themselves.
struct PricedRun {
  std::string adapter;  ///< trained adapter; empty: the backbone
  std::uint64_t steps = 0;
  std::uint32_t batch_size = 0;
  StageFigures forward;
  StageFigures backward;
  StageFigures update;
};

/// Sets runs and parts of `figures` from `runs` and from what training does to the arrays, and the energy of its
/// training stage to their sums, which are exact. All have the components of that stage.
void set_training(PhaseFigures& figures, std::vector<PricedRun> runs, StageFigures array_updates);

}  // namespace palimpsest
