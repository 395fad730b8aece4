#include "sim/run/simulated_time.hpp"

#include <cmath>

#include "models/physics/saturating.hpp"
#include "sim/mapping/deployment_program.hpp"
#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/tile_vectors.hpp"
#include "sim/run/chip_work.hpp"
#include "sim/run/training_task.hpp"

namespace palimpsest {

namespace {

/// What is left of simulated time after the programs that were taken from it.
class TimeLeft {
 public:
  explicit TimeLeft(const Chip& chip) : chip_(chip), left_(chip.cycles_left()) {}

  /// The bound of the program's cycles.
  std::uint64_t take(const Program& program, const std::string& part) {
    const PlayBound bound = play_bound(program, chip_.config());
    if (bound.cycles > left_ || bound.memory_wait_cycles == uncountable)
      throw beyond_simulated_time(chip_.config().clock, part, bound, left_);
    left_ -= bound.cycles;
    return bound.cycles;
  }

 private:
  const Chip& chip_;
  std::uint64_t left_;
};

/// As much as the host can have to send: everything that the phase uses, and the targets of all cells if the weights
/// are others than those of the phase before.
Program largest_deployment(const ProgramContext& context, const Trace& trace, const Method& method,
                           const Method* method_before) {
  DeploymentTask task;
  task.adapters = adapters_of(trace, method);
  task.new_adapters = task.adapters;
  for (const Operation& operation : context.network.operations) {
    for (const std::string& name : {operation.gain, operation.bias}) {
      if (!name.empty()) task.vectors.insert(name);
    }
  }
  if (method_before == nullptr || method_before->weights != method.weights) {
    ArrayWrite without_pulses;
    without_pulses.groups.resize(1);
    task.array_writes.assign(context.map.blocks.size(), without_pulses);
  }
  return deployment_program(context, task);
}

}  // namespace

UserError beyond_simulated_time(const Clock& clock, const std::string& part, const PlayBound& needed,
                                std::uint64_t fits) {
  const std::string start = "/clock_period_ps: " + part + ": ";
  if (needed.cycles <= fits)
    return {ExitCode::usage_or_architecture, start + "memory requests may wait for more cycles than can be counted"};
  const std::string cycles =
      needed.cycles == uncountable ? "more cycles than can be counted" : std::to_string(needed.cycles) + " cycles";
  return {ExitCode::usage_or_architecture, start + "may take " + cycles + ", simulated time holds " +
                                               std::to_string(fits) + " more at a period of " +
                                               std::to_string(clock.period_ps) + " ps"};
}

void check_simulated_time(const Architecture& architecture, const Trace& trace, const TileMap& map, const Chip& chip) {
  const ProgramContext context{architecture, trace.network, map};
  const bool every_step = architecture.rewrite_baseline.update == RewriteUpdate::every_step;
  TimeLeft time(chip);
  for (std::size_t number = 0; number < trace.phases.size(); ++number) {
    const Phase& phase = trace.phases[number];
    for (const bool hybrid : {true, false}) {
      const auto method_of = [hybrid](const Phase& of) -> const Method& { return hybrid ? of.hybrid : of.rewrite; };
      const Method& method = method_of(phase);
      const std::string place = "phase " + phase.name + (hybrid ? ", hybrid, " : ", RM rewrite, ");
      ChipWork training;
      for (const TrainingRun& run : method.training) {
        const TrainingTask task = training_task(trace, method, run, !hybrid && every_step && number > 0);
        const TrainingPrograms programs = training_programs(context, task);
        ChipWork step;
        step.cycles = saturating_sum(time.take(programs.batch, place + "training"),
                                     time.take(programs.update, place + "the parameter update"));
        time.take(programs.forward, place + "the forward passes of training");
        training += times(step, run.steps);
        for (const std::uint64_t reads : tile_vectors(programs.batch, map.blocks.size())) counted(reads, run.steps);
      }
      time.take(largest_deployment(context, trace, method, number > 0 ? &method_of(trace.phases[number - 1]) : nullptr),
                place + "deployment");
      time.take(
          inference_program(context, adapters_of(trace, method), static_cast<std::uint32_t>(phase.samples.size())),
          place + "inference");
    }
  }
}

}  // namespace palimpsest
