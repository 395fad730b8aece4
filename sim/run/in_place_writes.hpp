#pragma once

#include <cstdint>

#include "sim/config/architecture.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// The most cell writes of a run in which the baseline writes at every step: about a minute of simulation.
inline constexpr double most_in_place_writes = 5e8;

/// Cell writes that a step takes as long as, beside its own: all linear `weights` are compared.
double step_overhead(std::uint64_t weights);

/// Where the baseline updates the arrays at every training step: refuses a trace whose steps times cells that change
/// are more than can be simulated in reasonable time, before anything is. Throws UserError (model_error) that names the
/// first phase which goes too far.
void check_in_place_writes(const Architecture& architecture, const Trace& trace);

}  // namespace palimpsest
