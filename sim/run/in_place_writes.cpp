#include "sim/run/in_place_writes.hpp"

#include <algorithm>
#include <sstream>
#include <string>

#include "sim/error.hpp"

namespace palimpsest {

namespace {

std::string refusal(const std::string& phase, std::uint64_t steps, std::uint64_t cells) {
  std::ostringstream text;
  text << "phase " << phase << ": writing the arrays at every step takes " << steps << " steps of " << cells
       << " cells, with the phases before more than the " << most_in_place_writes
       << " cell writes that are simulated; set /baselines/rm_rewrite/update to at_deployment, or train in fewer steps";
  return text.str();
}

}  // namespace

WeightCounts count_weights(const Network& network, const WeightSet& before, const WeightSet& after) {
  WeightCounts counts;
  for (const Operation* owner : network.weight_owners()) {
    const std::string& name = owner->array_product()->weight;
    const Eigen::MatrixXf& weights = after.at(name);
    counts.all += static_cast<std::uint64_t>(weights.size());
    counts.changed += static_cast<std::uint64_t>((before.at(name).array() != weights.array()).count());
  }
  return counts;
}

double step_overhead(std::uint64_t weights) {
  // A step without cells takes a few microseconds and 10 ns for each weight, a cell write 0.15 us.
  return 16.0 + static_cast<double>(weights) / 16.0;
}

void check_in_place_writes(const Architecture& architecture, const Trace& trace, std::size_t phases) {
  if (architecture.rewrite_baseline.update != RewriteUpdate::every_step) return;
  double writes = 0.0;
  for (std::size_t number = 1; number < std::min(phases, trace.phases.size()); ++number) {
    const Phase& phase = trace.phases[number];
    const WeightCounts weights =
        count_weights(trace.network, trace.weights.at(trace.phases[number - 1].rewrite.weights),
                      trace.weights.at(phase.rewrite.weights));
    if (weights.changed == 0) continue;
    // An upper bound for slices, of which not every digit changes.
    const std::uint64_t cells = weights.changed * columns_per_output(architecture.tile.mapping);
    std::uint64_t steps = 0;
    for (const TrainingRun& run : phase.rewrite.training) steps += run.steps;
    writes += static_cast<double>(steps) * (static_cast<double>(cells) + step_overhead(weights.all));
    if (writes > most_in_place_writes) throw UserError(ExitCode::model_error, refusal(phase.name, steps, cells));
  }
}

}  // namespace palimpsest
