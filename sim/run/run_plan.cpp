#include "sim/run/run_plan.hpp"

#include <algorithm>

#include "models/physics/input_encoding.hpp"
#include "sim/mapping/deployment_program.hpp"
#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/program_size.hpp"
#include "sim/run/accuracy.hpp"
#include "sim/run/in_place_writes.hpp"
#include "sim/run/training_task.hpp"

namespace palimpsest {

namespace {

// Measured on one machine. Another is faster or slower in all alike.
constexpr double seconds_per_step = 1.5e-6;
constexpr double seconds_per_vector = 2e-6;
constexpr double seconds_per_byte = 12e-9;
constexpr double seconds_per_mac = 0.3e-9;
constexpr double seconds_per_line = 120e-9;  // of an output: noise, conversion
constexpr double seconds_per_written_cell = 0.7e-6;
constexpr double seconds_per_in_place_write = 0.15e-6;
constexpr double seconds_per_solved_cell = 2e-6;  // of an array's wires

double play_seconds(const Program& program) {
  const ProgramSize size = size_of(program);
  return seconds_per_step * static_cast<double>(size.steps) + seconds_per_vector * static_cast<double>(size.vectors) +
         seconds_per_byte * static_cast<double>(size.bytes);
}

/// Of one sample on the arrays and, for `passes` of 0, in floating point.
double evaluation_seconds(const Network& network, double passes) {
  double seconds = 0.0;
  for (const Execution& execution : network.executions()) {
    const ArrayProduct* product = execution.operation->array_product();
    if (product == nullptr) {
      seconds += seconds_per_mac * static_cast<double>(execution.operation->macs());
      continue;
    }
    const double outputs = 1.0 * product->vectors * product->outputs;
    const auto macs = static_cast<double>(product->macs());
    // Currents, the noise of the cells, and the power that the supply delivers.
    seconds +=
        passes > 0.0 ? passes * (5.0 * seconds_per_mac * macs + seconds_per_line * outputs) : seconds_per_mac * macs;
  }
  return seconds;
}

class Planner {
 public:
  Planner(const ProgramContext& context, const Trace& trace, const RunSelection& selection)
      : context_(context), trace_(trace), selection_(selection) {
    const TileConfig& tile = context.architecture.tile;
    sample_seconds_ = evaluation_seconds(trace.network, input_passes(tile.mapping.inputs, tile.dac.bits));
    for (const TileBlock& block : context.map.blocks)
      cells_ += std::uint64_t{block.inputs} * columns_of(tile.mapping, block.outputs);
  }

  std::vector<PhaseWork> of_chip(UpdateMethod update) const {
    std::vector<PhaseWork> works;
    for (std::size_t phase = 0; phase < lived_phases(selection_, trace_); ++phase)
      works.push_back(of_phase(phase, update));
    return works;
  }

 private:
  PhaseWork of_phase(std::size_t number, UpdateMethod update) const {
    const Phase& phase = trace_.phases[number];
    const Method& method = method_of(phase, update);
    const RunStages played = played_stages(selection_, phase);
    const PhasePrograms programs = phase_programs(context_, trace_, number, update, played);
    PhaseWork work;
    work.writing = writing_seconds(number, update);
    if (played.training || played.inference) work.deploying = seconds_per_solved_cell * static_cast<double>(cells_);
    if (played.deployment) work.deployment = work.writing / 4.0;
    if (played.training) {
      work.calibration = sample_seconds_ * trace_.calibration.samples;
      for (const TrainingPrograms& training : programs.training) {
        work.training.push_back(play_seconds(training.batch) + play_seconds(training.forward) +
                                play_seconds(training.update));
      }
    }
    if (played.inference) {
      work.evaluation = sample_seconds_ * static_cast<double>(phase.samples.size());
      work.inference = play_seconds(*programs.inference);
      if (!method.adapters.empty()) {
        const auto forgotten = static_cast<double>(forgotten_samples(trace_, phase).size());
        work.evaluation_without_adapters = sample_seconds_ * forgotten;
        if (forgotten > 0.0) work.evaluation_without_adapters += work.deploying;
      }
    }
    return work;
  }

  double writing_seconds(std::size_t number, UpdateMethod update) const {
    if (number == 0) return seconds_per_written_cell * static_cast<double>(cells_);
    const Method& method = method_of(trace_.phases[number], update);
    const Method& before = method_of(trace_.phases[number - 1], update);
    const WeightCounts weights =
        count_weights(trace_.network, trace_.weights.at(before.weights), trace_.weights.at(method.weights));
    if (weights.changed == 0) return 0.0;
    const double cells =
        1.0 * static_cast<double>(weights.changed) * columns_per_output(context_.architecture.tile.mapping);
    if (!updates_every_step(context_.architecture, update, number)) return seconds_per_written_cell * cells;
    double steps = 0.0;
    for (const TrainingRun& run : method.training) steps += static_cast<double>(run.steps);
    return seconds_per_in_place_write * steps * (cells + step_overhead(weights.all));
  }

  const ProgramContext& context_;
  const Trace& trace_;
  const RunSelection& selection_;
  double sample_seconds_ = 0.0;
  std::uint64_t cells_ = 0;
};

}  // namespace

const Method& method_of(const Phase& phase, UpdateMethod update) {
  return update == UpdateMethod::adapters ? phase.hybrid : phase.rewrite;
}

bool updates_every_step(const Architecture& architecture, UpdateMethod update, std::size_t phase) {
  return phase > 0 && update == UpdateMethod::rm_rewrite &&
         architecture.rewrite_baseline.update == RewriteUpdate::every_step;
}

RunStages played_stages(const RunSelection& selection, const Phase& phase) {
  return selects(selection, phase) ? selection.stages : RunStages{false, false, false};
}

PhasePrograms phase_programs(const ProgramContext& context, const Trace& trace, std::size_t phase, UpdateMethod update,
                             const RunStages& played) {
  const Method& method = method_of(trace.phases[phase], update);
  const bool reads_disturb = context.architecture.resistive_memory.cell.retention.read_disturb_per_read > 0.0;
  PhasePrograms programs;
  if (played.training || reads_disturb) {
    for (const TrainingRun& run : method.training) {
      const bool in_arrays = updates_every_step(context.architecture, update, phase);
      programs.training.push_back(training_programs(context, training_task(trace, method, run, in_arrays)));
    }
  }
  const std::vector<const Adapter*> adapters = adapters_of(trace, method);
  if (played.deployment) deployment_program(context, {{}, {}, {}, adapters});
  if (played.inference || reads_disturb) {
    const auto samples = static_cast<std::uint32_t>(trace.phases[phase].samples.size());
    programs.inference = inference_program(context, adapters, samples);
  }
  if (played.inference) programs.one_sample = inference_program(context, adapters, 1);
  return programs;
}

double PhaseWork::total() const {
  double sum = writing + deploying + calibration + evaluation + evaluation_without_adapters + deployment + inference;
  for (const double run : training) sum += run;
  return sum;
}

double RunPlan::total() const {
  double sum = references;
  for (const PhaseWork& work : hybrid) sum += work.total();
  for (const PhaseWork& work : rm_rewrite) sum += work.total();
  return sum;
}

RunPlan plan_run(const ProgramContext& context, const Trace& trace, const RunSelection& selection) {
  const Planner planner(context, trace, selection);
  RunPlan plan;
  plan.hybrid = planner.of_chip(UpdateMethod::adapters);
  if (selection.rm_rewrite) plan.rm_rewrite = planner.of_chip(UpdateMethod::rm_rewrite);
  for (const Phase& phase : trace.phases) {
    if (selects(selection, phase))
      plan.references += 2.0 * evaluation_seconds(trace.network, 0.0) * static_cast<double>(phase.samples.size());
  }
  return plan;
}

}  // namespace palimpsest
