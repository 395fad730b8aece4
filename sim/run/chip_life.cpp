#include "sim/run/chip_life.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "models/physics/input_encoding.hpp"
#include "models/physics/units.hpp"
#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/tile_vectors.hpp"
#include "sim/parallel.hpp"
#include "sim/run/accuracy.hpp"
#include "sim/run/chip_work.hpp"
#include "sim/run/inference.hpp"
#include "sim/run/outcome_tally.hpp"
#include "sim/run/simulated_time.hpp"
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
                   UpdateMethod method, std::uint64_t seed, double age_seconds, unsigned threads, ProgressMeter& meter,
                   const RunRecord* record)
    : architecture_(architecture),
      trace_(trace),
      map_(map),
      chip_(chip),
      update_method_(method),
      seed_(seed),
      age_seconds_(age_seconds),
      threads_(threads),
      meter_(meter),
      record_(record),
      tiles_(tiles_of_chip(architecture, trace)),
      context_{architecture, trace.network, map},
      arrays_(architecture, map, seed),
      calibration_samples_(all_samples(trace.calibration)),
      calibration_input_(network_input(trace.network, trace.calibration)) {}

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
  for (const std::string& name : trace_.network.digital_parameters()) {
    if (weights_ == nullptr || weights_->at(name) != weights.at(name)) changed.insert(name);
  }
  return changed;
}

PhaseFigures ChipLife::next_phase(const RunStages& played, const PhaseWork& work) {
  const std::size_t number = phase_++;
  const auto first_evaluation = static_cast<std::uint32_t>(evaluations_per_phase * number);
  const Phase& phase = trace_.phases[number];
  const Method& method = method_of(phase, update_method_);
  PhaseFigures figures;
  arrays_.begin_round();

  const WeightSet held = held_weights();
  const WeightSet goal = trained_weights(method, held);
  ArrayChange change = change_arrays(method, goal, held, played, work.writing);
  const DeploymentTask deployment = deploy(method, goal, std::move(change.writes));

  PhasePrograms programs = phase_programs(context_, trace_, number, update_method_, played);
  for (std::size_t run = 0; run < programs.training.size(); ++run) {
    arrays_.add_reads(tile_vectors(programs.training[run].batch, map_), method.training[run].steps);
  }

  DrivenLineTables driven;
  for (std::optional<Program>* program : {&programs.inference, &programs.one_sample}) {
    if (*program) attach_driven_lines(context_, **program, driven);
  }

  std::optional<DeployedNetwork> network;
  std::optional<Activity> calibration;
  const bool records_weights = record_ != nullptr && record_->weights;
  if (played.training || played.inference || records_weights)
    network.emplace(deployed(goal, adapters_, work.deploying));
  if (played.training) calibration = calibration_activity(*network, first_evaluation, work.calibration);
  if (network) network->age(arrays_, age_seconds_);
  if (records_weights) record_->weights(evaluation_name(update_method_), number, network->effective_weights());
  OutcomeTally tally(trace_, phase, method.reference);
  // Values do not depend on time, so they are computed while the programs are played that do not depend on them.
  auto evaluation = in_background(threads_, [&] {
    if (!played.inference) return Activity{};
    ProgressMeter::Piece piece(meter_, work.evaluation);
    const std::string name = evaluation_name(update_method_);
    const TakeScores record_outputs = recorded(&RunRecord::outputs, name);
    return infer(
        *network, {trace_.network, trace_.test, phase.samples}, first_evaluation + 1, threads_,
        [&](std::size_t first, const Eigen::MatrixXf& scores) {
          tally.add(first, scores);
          if (record_outputs) record_outputs(first, scores);
          piece.at(static_cast<double>(first) / static_cast<double>(phase.samples.size()));
        },
        recorded(&RunRecord::embeddings, name), driven);
  });

  if (played.deployment) {
    change.in_deployment += play(deployment_program(context_, deployment), "deployment", work.deployment);
    figures.deployment = priced(change.in_deployment, architecture_.lora_unit.bits);
  }
  if (played.training) {
    std::vector<TrainingWork> training;
    for (std::size_t run = 0; run < programs.training.size(); ++run) {
      training.push_back(train(method.training[run], programs.training[run],
                               on_tiles(method.training[run], number) ? calibration : std::nullopt,
                               work.training[run]));
      figures.updates += programs.training[run].trained_parameters * method.training[run].steps;
    }
    price_training(method.training, training, change.in_training, figures);
  }
  if (played.inference) {
    if (!driven.empty()) evaluation.wait();
    ChipWork inference = play(*programs.inference, "inference", work.inference);
    figures.activity = evaluation.get();
    leave_out_undriven_lines(figures.activity, 1.0, inference.counts);
    inference.analogue.crossbar_read = figures.activity.crossbar_joule;
    inference.dissipated.crossbar = figures.activity.crossbar_dissipation_joule;
    figures.inference = priced(inference, architecture_.lora_unit.bits);
    figures.samples = phase.samples.size();
    figures.latency_seconds =
        architecture_.clock.seconds(play(*programs.one_sample, "the inference of one sample", 0.0).cycles);
    figures.outcome = tally.outcome();
    figures.float_outcome = float_outcome(trace_, phase, method.reference);
    figures.outcome.forget_without_adapter = figures.outcome.forget;
    figures.float_outcome.forget_without_adapter = figures.float_outcome.forget;
    if (!adapters_.empty()) drop_adapters(phase, goal, first_evaluation + 2, work.evaluation_without_adapters, figures);
  }
  if (programs.inference) arrays_.add_reads(tile_vectors(*programs.inference, map_), 1);
  arrays_.advance(age_seconds_);
  figures.wear = wear_figures(arrays_.wear(), architecture_.resistive_memory.cell.endurance_cycles);
  return figures;
}

ChipLife::ArrayChange ChipLife::change_arrays(const Method& method, const WeightSet& goal, const WeightSet& held,
                                              const RunStages& played, double work) {
  ArrayChange change;
  const bool rewrites = arrays_.differ(goal, held);
  const bool trains_backbone = std::any_of(method.training.begin(), method.training.end(),
                                           [](const TrainingRun& run) { return run.trains_backbone; });
  if (played.training && accumulates() && (trains_backbone || rewrites)) change.in_training += read_back();
  if (!rewrites) return change;
  ProgressMeter::Piece piece(meter_, work);
  std::uint64_t steps = 0;
  for (const TrainingRun& run : method.training) steps += run.steps;
  if (updates_every_step(architecture_, update_method_, phase_ - 1) && steps > 0) {
    change.in_training += update_arrays_every_step(goal, held, steps, played.training, piece);
    return change;
  }
  double written = 0.0;
  change.writes =
      arrays_.write(goal, held, threads_, [&] { piece.at(++written / static_cast<double>(map_.blocks.size())); });
  change.in_deployment = write_work(architecture_, change.writes);
  return change;
}

DeploymentTask ChipLife::deploy(const Method& method, const WeightSet& goal, std::vector<ArrayWrite> writes) {
  DeploymentTask deployment;
  deployment.array_writes = std::move(writes);
  deployment.vectors = changed_vectors(goal);
  weights_ = &trace_.weights.at(method.weights);
  deployment.adapters = replacing_ == nullptr ? adapters_of(trace_, method) : adapters_of(trace_, method, *replacing_);
  for (const Adapter* adapter : deployment.adapters) {
    if (std::count(adapters_.begin(), adapters_.end(), adapter) == 0) deployment.new_adapters.push_back(adapter);
  }
  deployment.changes_adapters = deployment.adapters != adapters_;
  const bool off_chip = parameters_off_chip(context_, deployment.adapters);
  if (off_chip != parameters_off_chip_ || training_uses_off_chip(method)) {
    // What was deployed before lies elsewhere, or was overwritten.
    deployment.new_adapters = deployment.adapters;
    const std::vector<std::string>& digital = trace_.network.digital_parameters();
    deployment.vectors.insert(digital.begin(), digital.end());
  }
  parameters_off_chip_ = off_chip;
  adapters_ = deployment.adapters;
  return deployment;
}

bool ChipLife::training_uses_off_chip(const Method& method) const {
  const bool in_arrays = updates_every_step(architecture_, update_method_, phase_ - 1);
  return std::any_of(method.training.begin(), method.training.end(), [&](const TrainingRun& run) {
    return training_off_chip(context_, training_task(trace_, method, run, in_arrays));
  });
}

DeployedNetwork ChipLife::deployed(const WeightSet& weights, const std::vector<const Adapter*>& adapters, double work) {
  ProgressMeter::Piece piece(meter_, work);
  solve_arrays(piece);
  return {architecture_, trace_.network, map_, arrays_, weights, adapters, calibration_input_, seed_};
}

void ChipLife::solve_arrays(ProgressMeter::Piece& piece) {
  std::mutex mutex;
  double solved = 0.0;
  parallel_for(map_.blocks.size(), threads_, [&](std::size_t tile) {
    arrays_.crossbar(static_cast<std::uint32_t>(tile));
    if (age_seconds_ > 0.0) arrays_.crossbar(static_cast<std::uint32_t>(tile), age_seconds_);
    const std::lock_guard lock(mutex);
    piece.at(++solved / static_cast<double>(map_.blocks.size()));
  });
}

Activity ChipLife::calibration_activity(const DeployedNetwork& network, std::uint32_t evaluation, double work) {
  ProgressMeter::Piece piece(meter_, work);
  return infer(network, {trace_.network, trace_.calibration, calibration_samples_}, evaluation, threads_,
               [&](std::size_t first, const Eigen::MatrixXf& /*scores*/) {
                 piece.at(static_cast<double>(first) / static_cast<double>(calibration_samples_.size()));
               });
}

TakeScores ChipLife::recorded(TakeRows RunRecord::*take, const std::string& evaluation) const {
  if (record_ == nullptr || !(record_->*take)) return {};
  return [&rows = record_->*take, evaluation, phase = phase_ - 1](std::size_t first, const Eigen::MatrixXf& values) {
    rows(evaluation, phase, first, values);
  };
}

void ChipLife::drop_adapters(const Phase& phase, const WeightSet& weights, std::uint32_t evaluation, double work,
                             PhaseFigures& figures) {
  const std::vector<std::uint32_t> forgotten = forgotten_samples(trace_, phase);
  if (forgotten.empty()) return;
  DeployedNetwork bare = deployed(weights, {}, work / 2.0);
  bare.age(arrays_, age_seconds_);
  ProgressMeter::Piece piece(meter_, work / 2.0);
  CorrectShare share;
  const std::string name = bare_evaluation_name(update_method_);
  const TakeScores record_outputs = recorded(&RunRecord::outputs, name);
  infer(
      bare, {trace_.network, trace_.test, forgotten}, evaluation, threads_,
      [&](std::size_t first, const Eigen::MatrixXf& scores) {
        share.add(trace_, forgotten, first, scores);
        if (record_outputs) record_outputs(first, scores);
        piece.at(static_cast<double>(first) / static_cast<double>(forgotten.size()));
      },
      recorded(&RunRecord::embeddings, name));
  figures.outcome.forget_without_adapter = share.share();
  figures.float_outcome.forget_without_adapter = float_share_correct(trace_, weights, forgotten);
}

ChipWork ChipLife::play(const Program& program, const std::string& purpose, double work) {
  ProgressMeter::Piece piece(meter_, work);
  const double steps = static_cast<double>(program.steps.size()) * program.samples;
  PlayResult result;
  try {
    result = chip_.play(program, [&](std::uint64_t finished) { piece.at(static_cast<double>(finished) / steps); });
  } catch (const PlayTooLong& bound) {
    throw beyond_simulated_time(architecture_.clock, part_of_run(trace_.phases[phase_ - 1], update_method_, purpose),
                                bound.needed, bound.fits);
  }
  ChipWork played;
  played.cycles = result.cycles;
  played.memory_wait_cycles = result.memory_wait_cycles;
  played.counts = result.counts;
  return played;
}

ChipWork ChipLife::read_back() {
  const std::vector<ArrayWrite> reads = arrays_.read_back();
  ChipWork work = write_work(architecture_, reads);
  work += play(array_program(map_, reads), "reading the arrays back", 0.0);
  return work;
}

ChipWork ChipLife::update_arrays_every_step(const WeightSet& goal, const WeightSet& held, std::uint64_t steps,
                                            bool played, ProgressMeter::Piece& piece) {
  ChipWork work;
  WeightSet before = held;
  for (std::uint64_t step = 1; step <= steps; ++step) {
    const double share = static_cast<double>(step) / static_cast<double>(steps);
    WeightSet next = between(held, goal, share);
    const std::vector<ArrayWrite> writes = arrays_.write(next, before);
    const ChipWork write = write_work(architecture_, writes);
    work += write;
    // What is clipped is so at every step; the last one tells how many weights are.
    work.clipped_weights = write.clipped_weights;
    if (played) work += play(array_program(map_, writes), "writing the arrays at a step", 0.0);
    before = std::move(next);
    piece.at(share);
  }
  return work;
}

bool ChipLife::on_tiles(const TrainingRun& run, std::size_t phase) const {
  return !run.trains_backbone || updates_every_step(architecture_, update_method_, phase);
}

ChipLife::TrainingWork ChipLife::train(const TrainingRun& run, const TrainingPrograms& programs,
                                       const std::optional<Activity>& activity, double work) {
  const ChipWork batch = play(programs.batch, "training", 0.6 * work);
  ChipWork forward = play(programs.forward, "the forward passes of training", 0.4 * work);
  // Nothing in the contract keeps a schedule with more work from ending earlier.
  forward.cycles = std::min(forward.cycles, batch.cycles);
  forward.memory_wait_cycles = std::min(forward.memory_wait_cycles, batch.memory_wait_cycles);
  ChipWork backward = beyond(batch, forward);
  if (activity) {
    const double batches = 1.0 * run.batch_size / trace_.calibration.samples;
    forward.analogue.crossbar_read = batches * activity->crossbar_joule;
    forward.dissipated.crossbar = batches * activity->crossbar_dissipation_joule;
    leave_out_undriven_lines(*activity, batches, forward.counts);
    add_transposed_reads(programs.transposed_vectors, run.batch_size, backward);
  }
  return {times(forward, run.steps), times(backward, run.steps),
          times(play(programs.update, "the parameter update", 0.0), run.steps)};
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

void ChipLife::price_training(const std::vector<TrainingRun>& trainings, const std::vector<TrainingWork>& works,
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
