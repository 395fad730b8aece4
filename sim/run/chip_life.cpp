#include "sim/run/chip_life.hpp"

#include <algorithm>
#include <future>
#include <numeric>

#include "models/physics/input_encoding.hpp"
#include "models/physics/units.hpp"
#include "sim/mapping/deployment_program.hpp"
#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/training_program.hpp"
#include "sim/run/accuracy.hpp"
#include "sim/run/chip_work.hpp"
#include "sim/run/parallel.hpp"

namespace palimpsest {

namespace {

// Samples evaluated together. Fixed, so that results do not depend on the number of threads.
constexpr std::size_t samples_per_chunk = 16;

// Calibration, inference, inference without adapters: each draws its own read noise.
constexpr std::size_t evaluations_per_phase = 3;

std::vector<std::uint32_t> all_samples(std::uint32_t count) {
  std::vector<std::uint32_t> samples(count);
  std::iota(samples.begin(), samples.end(), 0U);
  return samples;
}

/// `from` + share * (to - from) for the linear weights, everything else from `to`.
WeightSet between(const WeightSet& from, const WeightSet& to, double share) {
  WeightSet result = to;
  for (const auto& [name, weight] : from) result[name] = weight + static_cast<float>(share) * (to.at(name) - weight);
  return result;
}

}  // namespace

ChipLife::ChipLife(const Architecture& architecture, const Trace& trace, const TileMap& map, Chip& chip,
                   UpdateMethod method, std::uint64_t seed, unsigned threads)
    : architecture_(architecture),
      trace_(trace),
      map_(map),
      chip_(chip),
      update_method_(method),
      seed_(seed),
      threads_(threads),
      context_{architecture, trace.network, map},
      arrays_(architecture, trace.network, map, seed),
      calibration_input_(network_input(trace.network, trace.calibration, all_samples(trace.calibration.samples))) {}

const Method& ChipLife::method_of(const Phase& phase) const {
  return update_method_ == UpdateMethod::adapters ? phase.hybrid : phase.rewrite;
}

bool ChipLife::updates_every_step() const {
  return update_method_ == UpdateMethod::rm_rewrite &&
         architecture_.rewrite_baseline.update == RewriteUpdate::every_step;
}

bool ChipLife::accumulates() const {
  return update_method_ == UpdateMethod::rm_rewrite && !weights_.empty() &&
         architecture_.rewrite_baseline.target == RewriteTarget::accumulated;
}

WeightSet ChipLife::trained_weights(const Method& method) const {
  WeightSet goal = trace_.weights.at(method.weights);
  if (!accumulates()) return goal;
  const WeightSet& before = trace_.weights.at(weights_);
  for (const auto& [name, stored] : arrays_.stored_weights()) goal[name] = stored + (goal.at(name) - before.at(name));
  return goal;
}

PhaseFigures ChipLife::next_phase() {
  const auto first_evaluation = static_cast<std::uint32_t>(evaluations_per_phase * phase_);
  const Phase& phase = trace_.phases[phase_++];
  const Method& method = method_of(phase);
  const bool first_write = weights_.empty();
  const bool rewrites = method.weights != weights_;
  PhaseFigures figures;

  ChipWork training;
  const WeightSet goal = trained_weights(method);
  if (rewrites && accumulates()) training += read_back();

  DeploymentTask deployment;
  ChipWork deployment_work;
  if (rewrites && updates_every_step() && !first_write) {
    for (const TrainingRun& run : method.training) training += update_arrays_every_step(goal, run.steps);
  } else if (rewrites) {
    deployment_work = write_arrays(goal, deployment.array_writes);
  }
  weights_ = method.weights;

  deployment.vectors = rewrites;
  deployment.adapters = adapters_of(trace_, method);
  for (const Adapter* adapter : deployment.adapters) {
    if (std::count(adapters_.begin(), adapters_.end(), adapter) == 0) deployment.new_adapters.push_back(adapter);
  }
  adapters_ = deployment.adapters;

  const DeployedNetwork network(architecture_, trace_.network, map_, arrays_, goal, adapters_, calibration_input_,
                                seed_);
  const Eigen::MatrixXf test_input = network_input(trace_.network, trace_.test, phase.samples);
  // Values do not depend on time, so they are computed while the programs are played.
  const auto policy = threads_ > 1 ? std::launch::async : std::launch::deferred;
  auto calibration = std::async(policy, [&] { return infer(network, calibration_input_, first_evaluation); });
  auto evaluation = std::async(policy, [&] { return infer(network, test_input, first_evaluation + 1); });

  deployment_work += play(deployment_program(context_, deployment));
  const double forward_joule = calibration.get().activity.crossbar_joule / trace_.calibration.samples;
  for (const TrainingRun& run : method.training) training += train(method, run, forward_joule, figures.updates);
  ChipWork inference_work =
      play(inference_program(context_, adapters_, static_cast<std::uint32_t>(phase.samples.size())));
  const Inference inference = evaluation.get();
  inference_work.analogue.crossbar_read = inference.activity.crossbar_joule;

  figures.samples = phase.samples.size();
  figures.activity = inference.activity;
  figures.accuracy = accuracy_of(trace_, phase, inference.scores);
  figures.float_accuracy = accuracy_of(trace_, phase, method.reference);
  figures.accuracy.forget_without_adapter = figures.accuracy.forget;
  figures.float_accuracy.forget_without_adapter = figures.float_accuracy.forget;
  if (!adapters_.empty()) drop_adapters(phase, goal, first_evaluation + 2, figures);

  figures.training = priced(training, architecture_.training.gradient_bits);
  figures.deployment = priced(deployment_work, architecture_.lora_unit.bits);
  figures.inference = priced(inference_work, architecture_.lora_unit.bits);
  figures.wear.largest_pulse_count = arrays_.largest_pulse_count();
  // A SET/RESET cycle is two pulses.
  figures.wear.endurance_share = static_cast<double>(figures.wear.largest_pulse_count) /
                                 (2.0 * architecture_.resistive_memory.cell.endurance_cycles);
  return figures;
}

void ChipLife::drop_adapters(const Phase& phase, const WeightSet& weights, std::uint32_t evaluation,
                             PhaseFigures& figures) const {
  const std::vector<std::uint32_t> forgotten = forgotten_samples(trace_, phase);
  if (forgotten.empty()) return;
  const Eigen::MatrixXf input = network_input(trace_.network, trace_.test, forgotten);
  const DeployedNetwork bare(architecture_, trace_.network, map_, arrays_, weights, {}, calibration_input_, seed_);
  figures.accuracy.forget_without_adapter = share_correct(trace_, forgotten, infer(bare, input, evaluation).scores);
  figures.float_accuracy.forget_without_adapter =
      share_correct(trace_, forgotten, float_scores(trace_.network, weights, {}, input));
}

ChipWork ChipLife::play(const Program& program) {
  const PlayResult result = chip_.play(program);
  ChipWork work;
  work.cycles = result.cycles;
  work.memory_wait_cycles = result.memory_wait_cycles;
  work.counts = result.counts;
  return work;
}

ChipWork ChipLife::write_arrays(const WeightSet& weights, std::vector<ArrayWrite>& writes) {
  writes = arrays_.write(weights);
  return write_work(architecture_, writes);
}

ChipWork ChipLife::read_back() {
  const std::vector<ArrayWrite> reads = arrays_.read_back();
  ChipWork work = write_work(architecture_, reads);
  work += play(array_program(reads));
  return work;
}

ChipWork ChipLife::update_arrays_every_step(const WeightSet& goal, std::uint64_t steps) {
  const WeightSet start = arrays_.stored_weights();
  ChipWork work;
  for (std::uint64_t step = 1; step <= steps; ++step) {
    std::vector<ArrayWrite> writes;
    work += write_arrays(between(start, goal, static_cast<double>(step) / static_cast<double>(steps)), writes);
    work += play(array_program(writes));
  }
  return work;
}

ChipWork ChipLife::train(const Method& method, const TrainingRun& run, double forward_joule_per_sample,
                         std::uint64_t& updates) {
  TrainingTask task;
  if (!run.trains_backbone) {
    task.trained_adapter = &trace_.adapters.at(run.adapter);
    task.adapters = adapters_of(trace_, method);
  }
  task.optimizer = run.optimizer;
  task.batch_size = run.batch_size;
  task.backbone_in_arrays = updates_every_step() && phase_ > 1;
  const TrainingPrograms programs = training_programs(context_, task);
  updates += programs.trained_parameters * run.steps;

  ChipWork step = play(programs.batch);
  if (task.trained_adapter != nullptr || task.backbone_in_arrays) {
    step.analogue.crossbar_read =
        run.batch_size * (forward_joule_per_sample + transposed_read_joule(programs.transposed_vectors));
  }
  step += play(programs.update);
  return times(step, run.steps);
}

double ChipLife::transposed_read_joule(const std::vector<std::uint64_t>& vectors) const {
  // Gradients are not part of a trace. Their codes are taken as uniform over the converter's range.
  const double volt = architecture_.tile.dac.full_scale_volt;
  const double mean_square = mean_square_of_passes(architecture_.tile.mapping.inputs, architecture_.tile.dac.bits);
  double joule = 0.0;
  for (std::uint32_t tile = 0; tile < vectors.size(); ++tile) {
    if (vectors[tile] == 0) continue;
    joule += static_cast<double>(vectors[tile]) * volt * volt * mean_square * arrays_.transposed_conductance_sum(tile) *
             micro * architecture_.tile.crossbar.read_ns * nano;
  }
  return joule;
}

ChipLife::Inference ChipLife::infer(const DeployedNetwork& network, const Eigen::MatrixXf& input,
                                    std::uint32_t evaluation) const {
  const auto rows = static_cast<std::size_t>(trace_.network.input.rows);
  const std::size_t count = static_cast<std::size_t>(input.rows()) / rows;
  const std::size_t chunks = ceil_div(count, samples_per_chunk);
  std::vector<Inference> parts(chunks);
  parallel_for(chunks, threads_, [&](std::size_t chunk) {
    const std::size_t first = chunk * samples_per_chunk;
    const std::size_t size = std::min(samples_per_chunk, count - first);
    const Eigen::MatrixXf part =
        input.middleRows(static_cast<Eigen::Index>(first * rows), static_cast<Eigen::Index>(size * rows));
    parts[chunk].scores = network.evaluate(part, evaluation, static_cast<std::uint32_t>(first), parts[chunk].activity);
  });
  Inference result;
  result.scores.resize(static_cast<Eigen::Index>(count), trace_.network.shape(trace_.network.output).columns);
  Eigen::Index row = 0;
  for (const Inference& part : parts) {
    result.scores.middleRows(row, part.scores.rows()) = part.scores;
    row += part.scores.rows();
    result.activity += part.activity;
  }
  return result;
}

StageFigures ChipLife::priced(const ChipWork& work, int mac_bits) const {
  StageFigures stage;
  stage.cycles = work.cycles;
  stage.memory_wait_cycles = work.memory_wait_cycles;
  stage.seconds = architecture_.clock.seconds(work.cycles);
  const ComponentEnergy energy =
      component_energy(architecture_.energy, {architecture_.tile.adc, architecture_.sram, mac_bits}, work.counts,
                       work.analogue, stage.seconds);
  std::vector<NamedEnergy> components;
  for (std::size_t index = 0; index < component_count; ++index) {
    components.push_back({component_descriptions()[index].name, energy[index]});
  }
  set_energy(stage, std::move(components));
  stage.writes = {work.counts.rm_cells,        work.counts.rm_set_pulses, work.counts.rm_reset_pulses,
                  work.counts.rm_verify_reads, work.failed_cells,         work.counts.sram_write_words};
  return stage;
}

}  // namespace palimpsest
