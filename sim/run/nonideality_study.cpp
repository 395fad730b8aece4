#include "sim/run/nonideality_study.hpp"

#include <algorithm>
#include <utility>

#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/tile_map.hpp"
#include "sim/mapping/tile_vectors.hpp"
#include "sim/network/resistive_arrays.hpp"
#include "sim/parallel.hpp"
#include "sim/run/chip_work.hpp"
#include "sim/run/index_grids.hpp"
#include "sim/run/inference.hpp"
#include "sim/run/memory_check.hpp"
#include "sim/run/nonidealities.hpp"
#include "sim/run/outcome_tally.hpp"
#include "sim/run/reference_check.hpp"
#include "sim/run/tiles_of_chip.hpp"
#include "sim/run/training_task.hpp"

namespace palimpsest {

namespace {

/// What one chip gave.
struct ChipResult {
  std::vector<Outcome> phases;
  double score_error = 0.0;
};

float largest_score(const Phase& phase) { return phase.hybrid.reference.cwiseAbs().maxCoeff(); }

/// Reads of the arrays in a phase, by tile.
struct PhaseReads {
  std::vector<std::uint64_t> training;
  std::vector<std::uint64_t> inference;
};

/// Those of the hybrid's phases; none where they do not matter, so that the study wants no programs then.
std::vector<PhaseReads> reads_of_phases(const Architecture& architecture, const Trace& trace) {
  const TileMap map = map_to_tiles(trace.network, architecture);
  const std::size_t tiles = map.blocks.size();
  std::vector<PhaseReads> reads(trace.phases.size(),
                                {std::vector<std::uint64_t>(tiles, 0), std::vector<std::uint64_t>(tiles, 0)});
  if (architecture.resistive_memory.cell.retention.read_disturb_per_read == 0.0) return reads;
  const ProgramContext context{architecture, trace.network, map};
  for (std::size_t phase = 0; phase < reads.size(); ++phase) {
    const Method& method = trace.phases[phase].hybrid;
    for (const TrainingRun& run : method.training) {
      const Program batch = training_programs(context, training_task(trace, method, run, false)).batch;
      const std::vector<std::uint64_t> of_step = tile_vectors(batch, map);
      for (std::size_t tile = 0; tile < tiles; ++tile) reads[phase].training[tile] += counted(of_step[tile], run.steps);
    }
    const auto samples = static_cast<std::uint32_t>(trace.phases[phase].samples.size());
    reads[phase].inference = tile_vectors(inference_program(context, adapters_of(trace, method), samples), map);
  }
  return reads;
}

/// A chip that lives through the hybrid's phases.
class StudiedChip {
 public:
  StudiedChip(const Architecture& architecture, const Trace& trace, const std::vector<PhaseReads>& reads,
              std::uint64_t seed, double age_seconds)
      : architecture_(architecture),
        trace_(trace),
        reads_(reads),
        seed_(seed),
        age_seconds_(age_seconds),
        map_(map_to_tiles(trace.network, architecture)),
        arrays_(architecture, map_, seed),
        calibration_input_(network_input(trace.network, trace.calibration)) {}

  /// Adds 1 to the meter, evenly over the samples.
  ChipResult live(ProgressMeter& meter) {
    ProgressMeter::Piece piece(meter, 1.0);
    const double samples = samples_in_all();
    double seen = 0.0;
    ChipResult result;
    for (std::size_t number = 0; number < trace_.phases.size(); ++number) {
      const Phase& phase = trace_.phases[number];
      const WeightSet& weights = trace_.weights.at(phase.hybrid.weights);
      arrays_.write(weights, weights_);
      weights_ = weights;
      arrays_.add_reads(reads_[number].training, 1);
      OutcomeTally tally(trace_, phase, phase.hybrid.reference);
      evaluate(adapters_of(trace_, phase.hybrid), phase.samples, [&](std::size_t first, const Eigen::MatrixXf& scores) {
        tally.add(first, scores);
        seen += static_cast<double>(scores.rows());
        piece.at(seen / samples);
      });
      CorrectShare bare;
      const std::vector<std::uint32_t> forgotten = forgotten_samples(trace_, phase);
      evaluate({}, forgotten,
               [&](std::size_t first, const Eigen::MatrixXf& scores) { bare.add(trace_, forgotten, first, scores); });
      result.phases.push_back(tally.outcome());
      result.score_error = std::max(result.score_error, result.phases.back().largest.value_or(0.0));
      result.phases.back().forget_without_adapter = bare.share();
      arrays_.add_reads(reads_[number].inference, 1);
      arrays_.advance(age_seconds_);
    }
    return result;
  }

 private:
  double samples_in_all() const {
    double samples = 0.0;
    for (const Phase& phase : trace_.phases) samples += static_cast<double>(phase.samples.size());
    return samples;
  }

  void evaluate(const std::vector<const Adapter*>& adapters, const std::vector<std::uint32_t>& samples,
                const TakeScores& take) {
    const Network& network = trace_.network;
    const std::uint32_t evaluation = evaluation_++;
    if (samples.empty()) return;
    DeployedNetwork deployed(architecture_, network, map_, arrays_, weights_, adapters, calibration_input_, seed_);
    deployed.age(arrays_, age_seconds_);
    infer(deployed, {network, trace_.test, samples}, evaluation, 1, take);
  }

  const Architecture& architecture_;
  const Trace& trace_;
  const std::vector<PhaseReads>& reads_;
  std::uint64_t seed_;
  double age_seconds_;
  TileMap map_;
  ResistiveArrays arrays_;
  Tensor calibration_input_;
  WeightSet weights_;  ///< in the arrays
  std::uint32_t evaluation_ = 0;
};

struct Variant {
  std::string name;
  std::string meaning;
  Architecture architecture;
};

std::vector<Variant> variants_of(const Architecture& architecture) {
  const Architecture ideal = without_nonidealities(architecture);
  std::vector<Variant> variants{{"none", "an ideal chip", ideal}};
  variants.reserve(nonidealities().size() + 2);
  for (const Nonideality& nonideality : nonidealities()) {
    variants.push_back({nonideality.name, nonideality.meaning, ideal});
    nonideality.take(variants.back().architecture, architecture);
  }
  variants.push_back({"all", "the chip as it is", architecture});
  return variants;
}

ChipVariant summary(const Variant& variant, const std::vector<ChipResult>& chips, std::size_t phases) {
  ChipVariant result;
  result.name = variant.name;
  result.meaning = variant.meaning;
  for (std::size_t phase = 0; phase < phases; ++phase) {
    std::vector<Outcome> draws;
    draws.reserve(chips.size());
    for (const ChipResult& chip : chips) draws.push_back(chip.phases[phase]);
    result.phases.push_back(spread_of(draws));
  }
  for (const ChipResult& chip : chips)
    result.largest_score_error = std::max(result.largest_score_error, chip.score_error);
  return result;
}

}  // namespace

NonidealityStudy nonideality_study(const Architecture& architecture, const Trace& trace,
                                   const NonidealitySettings& settings, unsigned threads,
                                   const ReportProgress& progress) {
  tiles_of_chip(architecture, trace);
  check_index_grids(architecture, trace.network);
  check_memory(needed_memory_bytes(architecture, trace, {std::min(threads, settings.chips), false, threads}),
               available_memory_bytes());
  const std::vector<PhaseReads> reads = reads_of_phases(architecture, trace);
  const std::vector<Variant> variants = variants_of(architecture);
  const double chips_in_all = static_cast<double>(variants.size()) * settings.chips;
  ProgressMeter meter(progress, chips_in_all);
  meter.begin("references");
  check_references(trace);
  NonidealityStudy study;
  study.architecture = architecture.name;
  study.trace = trace.name;
  study.task = trace.task;
  study.settings = settings;
  for (const Phase& phase : trace.phases) {
    study.phases.push_back(phase.name);
    if (largest_score(phase) == 0.0F) study.zero_scores.push_back(phase.name);
    Outcome outcome = float_outcome(trace, phase, phase.hybrid.reference);
    const std::vector<std::uint32_t> forgotten = forgotten_samples(trace, phase);
    outcome.forget_without_adapter = float_share_correct(trace, trace.weights.at(phase.hybrid.weights), forgotten);
    study.float_outcomes.push_back(outcome);
  }

  for (const Variant& variant : variants) {
    meter.begin(variant.name);
    std::vector<ChipResult> chips(settings.chips);
    parallel_for(chips.size(), threads, [&](std::size_t chip) {
      chips[chip] =
          StudiedChip(variant.architecture, trace, reads, settings.seed + chip, settings.age_seconds).live(meter);
    });
    study.variants.push_back(summary(variant, chips, trace.phases.size()));
  }
  return study;
}

}  // namespace palimpsest
