#include "sim/run/sram_check.hpp"

#include "sim/mapping/inference_program.hpp"
#include "sim/run/training_task.hpp"

namespace palimpsest {

namespace {

void check_method(const ProgramContext& context, const Trace& trace, const Method& method, bool backbone_in_arrays) {
  for (const TrainingRun& run : method.training) {
    training_programs(context, training_task(trace, method, run, backbone_in_arrays));
  }
  // What a deployment puts into the SRAM buffer is there during inference too.
  inference_program(context, adapters_of(trace, method), 1);
}

}  // namespace

void check_sram(const ProgramContext& context, const Trace& trace) {
  const bool every_step = context.architecture.rewrite_baseline.update == RewriteUpdate::every_step;
  for (const Phase& phase : trace.phases) {
    check_method(context, trace, phase.hybrid, false);
    check_method(context, trace, phase.rewrite, every_step && &phase != &trace.phases.front());
  }
}

}  // namespace palimpsest
