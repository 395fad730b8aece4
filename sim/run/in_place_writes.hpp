#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "sim/config/architecture.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// The most cell writes of a run in which the baseline writes at every step: about a minute of simulation.
inline constexpr double most_in_place_writes = 5e8;

struct WeightCounts {
  std::uint64_t all = 0;
  std::uint64_t changed = 0;
};

/// The linear weights, those of an operation counted once for each that uses them, and those that differ.
WeightCounts count_weights(const Network& network, const WeightSet& before, const WeightSet& after);

/// Cell writes that a step takes as long as, beside its own: all linear `weights` are compared.
double step_overhead(std::uint64_t weights);

/// Where the baseline updates the arrays at every training step: refuses a trace whose steps times cells that change
/// are more than can be simulated in reasonable time, before anything is; of the first `phases` phases. Throws
/// UserError (model_error) that names the first phase which goes too far.
void check_in_place_writes(const Architecture& architecture, const Trace& trace,
                           std::size_t phases = std::numeric_limits<std::size_t>::max());

}  // namespace palimpsest
