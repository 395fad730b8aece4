#include "sim/run/training_figures.hpp"

namespace palimpsest {

void set_training(PhaseFigures& figures, std::vector<PricedRun> runs, StageFigures array_updates) {
  std::vector<StageFigures*> parts{&array_updates};
  for (PricedRun& run : runs) parts.insert(parts.end(), {&run.forward, &run.backward, &run.update});
  set_energy(figures.training, parts);
  figures.array_updates = training_part(array_updates);
  for (const PricedRun& run : runs) {
    figures.training_runs.push_back({run.adapter, run.steps, run.batch_size, training_part(run.forward),
                                     training_part(run.backward), training_part(run.update)});
  }
}

}  // namespace palimpsest
