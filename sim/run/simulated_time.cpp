#include "sim/run/simulated_time.hpp"

#include <cmath>

#include "models/physics/saturating.hpp"
#include "sim/mapping/deployment_program.hpp"
#include "sim/mapping/tile_vectors.hpp"
#include "sim/run/chip_work.hpp"

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
  for (const std::string& name : context.network.digital_parameters()) task.vectors.insert(name);
  if (method_before == nullptr || method_before->weights != method.weights) {
    ArrayWrite without_pulses;
    without_pulses.rounds.cells = 1;
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

std::string part_of_run(const Phase& phase, UpdateMethod update, const std::string& purpose) {
  return "phase " + phase.name + (update == UpdateMethod::adapters ? ", hybrid, " : ", RM rewrite, ") + purpose;
}

void check_simulated_time(const ProgramContext& context, const Trace& trace, const RunSelection& selection,
                          const Chip& chip) {
  TimeLeft time(chip);
  for (std::size_t number = 0; number < lived_phases(selection, trace); ++number) {
    const Phase& phase = trace.phases[number];
    const RunStages played = played_stages(selection, phase);
    for (const UpdateMethod update : {UpdateMethod::adapters, UpdateMethod::rm_rewrite}) {
      if (update == UpdateMethod::rm_rewrite && !selection.rm_rewrite) continue;
      const auto part = [&](const char* purpose) { return part_of_run(phase, update, purpose); };
      const Method& method = method_of(phase, update);
      const PhasePrograms programs = phase_programs(context, trace, number, update, played);
      ChipWork training;
      for (std::size_t run = 0; run < programs.training.size(); ++run) {
        const TrainingPrograms& of_run = programs.training[run];
        const std::uint64_t steps = method.training[run].steps;
        for (const std::uint64_t reads : tile_vectors(of_run.batch, context.map)) counted(reads, steps);
        if (!played.training) continue;
        ChipWork step;
        step.cycles = saturating_sum(time.take(of_run.batch, part("training")),
                                     time.take(of_run.update, part("the parameter update")));
        time.take(of_run.forward, part("the forward passes of training"));
        training += times(step, steps);
      }
      if (played.deployment) {
        const Method* before = number > 0 ? &method_of(trace.phases[number - 1], update) : nullptr;
        time.take(largest_deployment(context, trace, method, before), part("deployment"));
      }
      if (!played.inference) continue;
      time.take(*programs.inference, part("inference"));
      time.take(*programs.one_sample, part("the inference of one sample"));
    }
  }
}

}  // namespace palimpsest
