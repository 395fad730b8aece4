#pragma once

#include "sim/mapping/training_program.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// What `run`, a run of `method`'s training, trains. `backbone_in_arrays` as in TrainingTask.
TrainingTask training_task(const Trace& trace, const Method& method, const TrainingRun& run, bool backbone_in_arrays);

}  // namespace palimpsest
