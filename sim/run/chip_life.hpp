#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/modules/chip.hpp"
#include "sim/mapping/deployment_program.hpp"
#include "sim/mapping/program_builder.hpp"
#include "sim/network/deployed_network.hpp"
#include "sim/run/figures.hpp"
#include "sim/run/inference.hpp"
#include "sim/run/priced_work.hpp"
#include "sim/run/progress_meter.hpp"
#include "sim/run/run_plan.hpp"
#include "sim/run/run_record.hpp"

namespace palimpsest {

/// One chip from its first programming to its last phase: its arrays wear, age and keep what was written to them.
class ChipLife {
 public:
  /// References outlive the object. Lives with the same seed start from the same cells. `chip` gives the time of the
  /// work; `age_seconds` pass between the deployment of a phase and its evaluation, and before the next phase. `meter`
  /// is told of the work; `record`, if any, is given what the evaluations give.
  ChipLife(const Architecture& architecture, const Trace& trace, const TileMap& map, Chip& chip, UpdateMethod method,
           std::uint64_t seed, double age_seconds, unsigned threads, ProgressMeter& meter,
           const RunRecord* record = nullptr);

  /// From now on adapters of these names are deployed in place of the trace's, with layers and ranks like theirs; they
  /// outlive the object.
  void replace_adapters(const std::map<std::string, Adapter>& adapters) { replacing_ = &adapters; }

  /// Lives through the next phase of the trace: training, deployment, inference. Of these it plays and evaluates
  /// `played` alone and leaves the figures of the others empty; what the phase does to the arrays it does in any case.
  /// `work` is what was planned.
  PhaseFigures next_phase(const RunStages& played, const PhaseWork& work);

 private:
  /// All steps of a training run.
  struct TrainingWork {
    ChipWork forward;
    ChipWork backward;
    ChipWork update;
  };

  bool accumulates() const;
  /// Whether products of `run` with the backbone are computed on the tiles.
  bool on_tiles(const TrainingRun& run, std::size_t phase) const;

  /// What the arrays hold before a phase, as their writer knows it: nothing, the weights last written, or those that
  /// are read back.
  WeightSet held_weights() const;
  WeightSet trained_weights(const Method& method, const WeightSet& held) const;
  /// What a phase makes of the arrays: what that takes in training, and what of it is left to the deployment.
  struct ArrayChange {
    ChipWork in_training;
    ChipWork in_deployment;
    std::vector<ArrayWrite> writes;  ///< of the deployment, by tile
  };
  ArrayChange change_arrays(const Method& method, const WeightSet& goal, const WeightSet& held, const RunStages& played,
                            double work);
  ChipWork read_back();
  ChipWork update_arrays_every_step(const WeightSet& goal, const WeightSet& held, std::uint64_t steps, bool played,
                                    ProgressMeter::Piece& piece);
  /// What the deployment of `method` writes, once `writes` have changed the arrays to `goal`; takes its adapters.
  DeploymentTask deploy(const Method& method, const WeightSet& goal, std::vector<ArrayWrite> writes);
  DeployedNetwork deployed(const WeightSet& weights, const std::vector<const Adapter*>& adapters, double work);
  /// What products see of the arrays, now and after the ages of a phase: kept by the arrays, for deployed networks.
  void solve_arrays(ProgressMeter::Piece& piece);
  Activity calibration_activity(const DeployedNetwork& network, std::uint32_t evaluation, double work);
  TrainingWork train(const TrainingRun& run, const TrainingPrograms& programs, const std::optional<Activity>& activity,
                     double work);
  /// Whether the training of `method` uses the SRAM buffer from end to end.
  bool training_uses_off_chip(const Method& method) const;
  /// Gains and biases of `weights` that are not what the SRAM buffer holds.
  std::set<std::string> changed_vectors(const WeightSet& weights) const;
  /// Plays a program that is `work` of the meter's total. Throws UserError, naming `purpose`, if simulated time may not
  /// hold it.
  ChipWork play(const Program& program, const std::string& purpose, double work);
  void add_transposed_reads(const std::vector<std::uint64_t>& vectors, double times, ChipWork& work) const;
  StageFigures priced(const ChipWork& work, int mac_bits) const {
    return priced_work(architecture_, tiles_, work, mac_bits);
  }
  /// Sets the figures of the training stage: its runs, and what it does to the arrays.
  void price_training(const std::vector<TrainingRun>& trainings, const std::vector<TrainingWork>& works,
                      const ChipWork& array_updates, PhaseFigures& figures) const;

  /// What `take` of the record is given of an evaluation of this phase; empty if nothing.
  TakeScores recorded(TakeRows RunRecord::*take, const std::string& evaluation) const;

  /// Accuracies on the forgotten classes for whoever drops all adapters.
  void drop_adapters(const Phase& phase, const WeightSet& weights, std::uint32_t evaluation, double work,
                     PhaseFigures& figures);

  const Architecture& architecture_;
  const Trace& trace_;
  const TileMap& map_;
  Chip& chip_;
  UpdateMethod update_method_;
  std::uint64_t seed_;
  double age_seconds_;
  unsigned threads_;
  ProgressMeter& meter_;
  const RunRecord* record_;
  std::uint32_t tiles_;  ///< of the chip, those without weights included
  ProgramContext context_;
  ResistiveArrays arrays_;
  std::vector<std::uint32_t> calibration_samples_;
  Tensor calibration_input_;
  std::size_t phase_ = 0;
  const WeightSet* weights_ = nullptr;  ///< of the phase before
  const std::map<std::string, Adapter>* replacing_ = nullptr;
  std::vector<const Adapter*> adapters_;  ///< deployed
  bool parameters_off_chip_ = false;      ///< they, gains and biases
};

}  // namespace palimpsest
