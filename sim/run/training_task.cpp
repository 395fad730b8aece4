#include "sim/run/training_task.hpp"

namespace palimpsest {

TrainingTask training_task(const Trace& trace, const Method& method, const TrainingRun& run, bool backbone_in_arrays) {
  TrainingTask task;
  if (!run.trains_backbone) {
    task.trained_adapter = &trace.adapters.at(run.adapter);
    task.adapters = adapters_of(trace, method);
  }
  task.task = trace.task;
  task.optimizer = run.optimizer;
  task.has_momentum = run.momentum > 0.0;
  task.batch_size = run.batch_size;
  task.backbone_in_arrays = backbone_in_arrays;
  return task;
}

}  // namespace palimpsest
