#include "sim/run/chip_life.hpp"

#include <algorithm>
#include <utility>

#include "models/physics/input_encoding.hpp"
#include "models/physics/units.hpp"
#include "sim/mapping/deployment_program.hpp"
#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/tile_vectors.hpp"
#include "sim/run/accuracy.hpp"
#include "sim/run/chip_work.hpp"
#include "sim/run/inference.hpp"
#include "sim/run/parallel.hpp"
#include "sim/run/tiles_of_chip.hpp"
#include "sim/run/training_figures.hpp"
#include "sim/run/training_task.hpp"

namespace palimpsest {

namespace {

// Calibration, inference, inference without adapters: each draws its own read noise.
constexpr std::size_t evaluations_per_phase = 3;

/// `from` + share * (to - from) for the linear weights, everything else from `to`.
WeightSet between(const WeightSet& from, const WeightSet& to, double share) {
  WeightSet result = to;
  for (const auto& [name, weight] : from) result[name] = weight + static_cast<float>(share) * (to.at(name) - weight);
  return result;
}

}  // namespace

ChipLife::ChipLife(const Architecture& architecture, const Trace& trace, const TileMap& map, Chip& chip,
                   UpdateMethod method, std::uint64_t seed, double age_seconds, unsigned threads)
    : architecture_(architecture),
      trace_(trace),
      map_(map),
      chip_(chip),
      update_method_(method),
      seed_(seed),
      age_seconds_(age_seconds),
      threads_(threads),
      tiles_(tiles_of_chip(architecture, trace)),
      context_{architecture, trace.network, map},
      arrays_(architecture, trace.network, map, seed),
      calibration_samples_(all_samples(trace.calibration)),
      calibration_input_(network_input(trace.network, trace.calibration)) {}

const Method& ChipLife::method_of(const Phase& phase) const {
  return update_method_ == UpdateMethod::adapters ? phase.hybrid : phase.rewrite;
}

bool ChipLife::updates_every_step() const {
  return update_method_ == UpdateMethod::rm_rewrite &&
         architecture_.rewrite_baseline.update == RewriteUpdate::every_step;
}

bool ChipLife::accumulates() const {
  return update_method_ == UpdateMethod::rm_rewrite && weights_ != nullptr &&
         architecture_.rewrite_baseline.target == RewriteTarget::accumulated;
}

WeightSet ChipLife::held_weights() const {
  if (weights_ == nullptr) return {};
  return accumulates() ? arrays_.stored_weights() : *weights_;
}

WeightSet ChipLife::trained_weights(const Method& method, const WeightSet& held) const {
  WeightSet goal = trace_.weights.at(method.weights);
  if (!accumulates()) return goal;
  for (const auto& [name, stored] : held) goal[name] = stored + (goal.at(name) - weights_->at(name));
  return goal;
}

std::set<std::string> ChipLife::changed_vectors(const WeightSet& weights) const {
  std::set<std::string> changed;
  for (const Operation& operation : trace_.network.operations) {
    for (const std::string& name : {operation.gain, operation.bias}) {
      if (name.empty()) continue;
      if (weights_ == nullptr || weights_->at(name) != weights.at(name)) changed.insert(name);
    }
  }
  return changed;
}

PhaseFigures ChipLife::next_phase() {
  const auto first_evaluation = static_cast<std::uint32_t>(evaluations_per_phase * phase_);
  const Phase& phase = trace_.phases[phase_++];
  const Method& method = method_of(phase);
  const bool first_write = weights_ == nullptr;
  PhaseFigures figures;
  arrays_.begin_round();

  ChipWork array_updates;
  const WeightSet held = held_weights();
  const WeightSet goal = trained_weights(method, held);
  const bool rewrites = arrays_.differ(goal, held);
  const bool trains_backbone = std::any_of(method.training.begin(), method.training.end(),
                                           [](const TrainingRun& run) { return run.trains_backbone; });
  if (accumulates() && (trains_backbone || rewrites)) array_updates += read_back();

  DeploymentTask deployment;
  ChipWork deployment_work;
  std::uint64_t steps = 0;
  for (const TrainingRun& run : method.training) steps += run.steps;
  if (rewrites && updates_every_step() && !first_write && steps > 0) {
    array_updates += update_arrays_every_step(goal, held, steps);
  } else if (rewrites) {
    deployment_work = write_arrays(goal, held, deployment.array_writes);
  }
  deployment.vectors = changed_vectors(goal);
  weights_ = &trace_.weights.at(method.weights);

  deployment.adapters = adapters_of(trace_, method);
  for (const Adapter* adapter : deployment.adapters) {
    if (std::count(adapters_.begin(), adapters_.end(), adapter) == 0) deployment.new_adapters.push_back(adapter);
  }
  adapters_ = deployment.adapters;

  std::vector<Training> trainings;
  for (const TrainingRun& run : method.training) {
    trainings.push_back(planned(method, run));
    arrays_.add_reads(tile_vectors(trainings.back().programs.batch, map_.blocks.size()), run.steps);
  }

  DeployedNetwork network(architecture_, trace_.network, map_, arrays_, goal, adapters_, calibration_input_, seed_);
  const Activity calibration =
      infer(network, {trace_.network, trace_.calibration, calibration_samples_}, first_evaluation, threads_,
            [](std::size_t /*first*/, const Eigen::MatrixXf& /*scores*/) {});
  network.age(arrays_, age_seconds_);
  AccuracyTally tally(trace_, phase);
  // Values do not depend on time, so they are computed while the programs are played.
  auto evaluation = in_background(threads_, [&] {
    return infer(network, {trace_.network, trace_.test, phase.samples}, first_evaluation + 1, threads_,
                 [&tally](std::size_t first, const Eigen::MatrixXf& scores) { tally.add(first, scores); });
  });

  deployment_work += play(deployment_program(context_, deployment));
  std::vector<TrainingWork> training;
  for (const Training& run : trainings) {
    training.push_back(train(run, calibration));
    figures.updates += run.programs.trained_parameters * run.steps;
  }
  const Program inference_steps =
      inference_program(context_, adapters_, static_cast<std::uint32_t>(phase.samples.size()));
  ChipWork inference_work = play(inference_steps);
  figures.activity = evaluation.get();
  inference_work.analogue.crossbar_read = figures.activity.crossbar_joule;
  inference_work.dissipated.crossbar = figures.activity.crossbar_dissipation_joule;

  figures.samples = phase.samples.size();
  figures.accuracy = tally.accuracy();
  figures.float_accuracy = accuracy_of(trace_, phase, method.reference);
  figures.accuracy.forget_without_adapter = figures.accuracy.forget;
  figures.float_accuracy.forget_without_adapter = figures.float_accuracy.forget;
  if (!adapters_.empty()) drop_adapters(phase, goal, first_evaluation + 2, figures);

  price_training(trainings, training, array_updates, figures);
  figures.deployment = priced(deployment_work, architecture_.lora_unit.bits);
  figures.inference = priced(inference_work, architecture_.lora_unit.bits);
  arrays_.add_reads(tile_vectors(inference_steps, map_.blocks.size()), 1);
  arrays_.advance(age_seconds_);
  figures.wear = wear_figures(arrays_.wear(), architecture_.resistive_memory.cell.endurance_cycles);
  return figures;
}

void ChipLife::drop_adapters(const Phase& phase, const WeightSet& weights, std::uint32_t evaluation,
                             PhaseFigures& figures) const {
  const std::vector<std::uint32_t> forgotten = forgotten_samples(trace_, phase);
  if (forgotten.empty()) return;
  DeployedNetwork bare(architecture_, trace_.network, map_, arrays_, weights, {}, calibration_input_, seed_);
  bare.age(arrays_, age_seconds_);
  CorrectShare share;
  infer(bare, {trace_.network, trace_.test, forgotten}, evaluation, threads_,
        [&](std::size_t first, const Eigen::MatrixXf& scores) { share.add(trace_, forgotten, first, scores); });
  figures.accuracy.forget_without_adapter = share.share();
  figures.float_accuracy.forget_without_adapter = float_share_correct(trace_, weights, forgotten);
}

ChipWork ChipLife::play(const Program& program) {
  const PlayResult result = chip_.play(program);
  ChipWork work;
  work.cycles = result.cycles;
  work.memory_wait_cycles = result.memory_wait_cycles;
  work.counts = result.counts;
  return work;
}

ChipWork ChipLife::write_arrays(const WeightSet& weights, const WeightSet& held, std::vector<ArrayWrite>& writes) {
  writes = arrays_.write(weights, held);
  return write_work(architecture_, writes);
}

ChipWork ChipLife::read_back() {
  const std::vector<ArrayWrite> reads = arrays_.read_back();
  ChipWork work = write_work(architecture_, reads);
  work += play(array_program(reads));
  return work;
}

ChipWork ChipLife::update_arrays_every_step(const WeightSet& goal, const WeightSet& held, std::uint64_t steps) {
  ChipWork work;
  WeightSet before = held;
  for (std::uint64_t step = 1; step <= steps; ++step) {
    std::vector<ArrayWrite> writes;
    WeightSet next = between(held, goal, static_cast<double>(step) / static_cast<double>(steps));
    const ChipWork write = write_arrays(next, before, writes);
    work += write;
    // What is clipped is so at every step; the last one tells how many weights are.
    work.clipped_weights = write.clipped_weights;
    work += play(array_program(writes));
    before = std::move(next);
  }
  return work;
}

ChipLife::Training ChipLife::planned(const Method& method, const TrainingRun& run) const {
  const TrainingTask task = training_task(trace_, method, run, updates_every_step() && phase_ > 1);
  return {run.steps, run.batch_size, run.adapter, task.trained_adapter != nullptr || task.backbone_in_arrays,
          training_programs(context_, task)};
}

ChipLife::TrainingWork ChipLife::train(const Training& training, const Activity& calibration) {
  const ChipWork batch = play(training.programs.batch);
  ChipWork forward = play(training.programs.forward);
  // Nothing in the contract keeps a schedule with more work from ending earlier.
  forward.cycles = std::min(forward.cycles, batch.cycles);
  forward.memory_wait_cycles = std::min(forward.memory_wait_cycles, batch.memory_wait_cycles);
  ChipWork backward = beyond(batch, forward);
  if (training.on_tiles) {
    const double batches = 1.0 * training.batch_size / trace_.calibration.samples;
    forward.analogue.crossbar_read = batches * calibration.crossbar_joule;
    forward.dissipated.crossbar = batches * calibration.crossbar_dissipation_joule;
    add_transposed_reads(training.programs.transposed_vectors, training.batch_size, backward);
  }
  return {times(forward, training.steps), times(backward, training.steps),
          times(play(training.programs.update), training.steps)};
}

void ChipLife::add_transposed_reads(const std::vector<std::uint64_t>& vectors, double times, ChipWork& work) const {
  // Gradients are not part of a trace. Their codes are taken as uniform over the converter's range.
  const double seconds = sensing_of(architecture_.tile)->array_ns() * nano;
  for (std::uint32_t tile = 0; tile < vectors.size(); ++tile) {
    if (vectors[tile] == 0) continue;
    const ReadPower power = arrays_.transposed_read_power(tile);
    const double product_seconds = times * static_cast<double>(vectors[tile]) * seconds;
    work.analogue.crossbar_read += architecture_.tile.supply_volt * power.supply_microampere * micro * product_seconds;
    work.dissipated.crossbar += power.dissipated_microwatt * micro * product_seconds;
  }
}

StageFigures ChipLife::priced(const ChipWork& work, int mac_bits) const {
  StageFigures stage;
  stage.cycles = work.cycles;
  stage.memory_wait_cycles = work.memory_wait_cycles;
  stage.seconds = architecture_.clock.seconds(work.cycles);
  const ComponentEnergy energy =
      component_energy(architecture_.energy, energy_parameters(architecture_, tiles_, mac_bits), work.counts,
                       work.analogue, stage.seconds);
  std::vector<NamedEnergy> components;
  for (std::size_t index = 0; index < component_count; ++index) {
    components.push_back({component_descriptions()[index].name, energy[index]});
  }
  set_energy(stage, std::move(components));
  stage.conversions = {work.counts.dac_updates, work.counts.adc_conversions, work.counts.shift_adds};
  stage.dissipated = work.dissipated;
  stage.writes = {work.counts.rm_cells,        work.counts.rm_forming_pulses, work.counts.rm_set_pulses,
                  work.counts.rm_reset_pulses, work.counts.rm_verify_reads,   work.failed_cells,
                  work.clipped_weights,        work.counts.sram_write_words};
  return stage;
}

void ChipLife::price_training(const std::vector<Training>& trainings, const std::vector<TrainingWork>& works,
                              const ChipWork& array_updates, PhaseFigures& figures) const {
  const int bits = architecture_.training.gradient_bits;
  ChipWork whole = array_updates;
  std::vector<PricedRun> runs;
  for (std::size_t run = 0; run < trainings.size(); ++run) {
    const TrainingWork& work = works[run];
    for (const ChipWork* part : {&work.forward, &work.backward, &work.update}) whole += *part;
    runs.push_back({trainings[run].adapter, trainings[run].steps, trainings[run].batch_size, priced(work.forward, bits),
                    priced(work.backward, bits), priced(work.update, bits)});
  }
  figures.training = priced(whole, bits);
  set_training(figures, std::move(runs), priced(array_updates, bits));
}

}  // namespace palimpsest
