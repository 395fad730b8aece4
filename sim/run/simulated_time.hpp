#pragma once

#include <string>

#include "models/modules/chip.hpp"
#include "sim/error.hpp"
#include "sim/run/run_plan.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// The name of a part of a run: the phase, the chip, what it does.
std::string part_of_run(const Phase& phase, UpdateMethod update, const std::string& purpose);

/// `part` of a run may take `needed`, and simulated time holds `fits` cycles more.
UserError beyond_simulated_time(const Clock& clock, const std::string& part, const PlayBound& needed,
                                std::uint64_t fits);

/// Throws UserError if all programs that are wanted, one after the other, may take more cycles than `chip` can count,
/// or the steps of a training run more than a report can hold. It plays nothing. The pulses that cells will take are
/// not known here: Chip::play sees them.
void check_simulated_time(const ProgramContext& context, const Trace& trace, const RunSelection& selection,
                          const Chip& chip);

}  // namespace palimpsest
