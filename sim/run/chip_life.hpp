#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/modules/chip.hpp"
#include "sim/mapping/program_builder.hpp"
#include "sim/mapping/training_program.hpp"
#include "sim/network/deployed_network.hpp"
#include "sim/run/figures.hpp"

namespace palimpsest {

/// How a chip follows its network from phase to phase.
enum class UpdateMethod {
  adapters,    ///< the hybrid: the arrays keep the first weights, adapters in SRAM change
  rm_rewrite,  ///< all parameters change and the arrays are written anew
};

/// One chip from its first programming to its last phase: its arrays wear, age and keep what was written to them.
class ChipLife {
 public:
  /// References outlive the object. Lives with the same seed start from the same cells. `chip` gives the time of the
  /// work; `age_seconds` pass between the deployment of a phase and its evaluation, and before the next phase.
  ChipLife(const Architecture& architecture, const Trace& trace, const TileMap& map, Chip& chip, UpdateMethod method,
           std::uint64_t seed, double age_seconds, unsigned threads);

  /// Lives through the next phase of the trace: training, deployment, inference.
  PhaseFigures next_phase();

 private:
  struct Training {
    std::uint64_t steps = 0;
    std::uint32_t batch_size = 1;
    std::string adapter;    ///< trained; empty: the backbone
    bool on_tiles = false;  ///< computes products with the backbone on the tiles
    TrainingPrograms programs;
  };

  /// All steps of a training run.
  struct TrainingWork {
    ChipWork forward;
    ChipWork backward;
    ChipWork update;
  };

  const Method& method_of(const Phase& phase) const;
  bool updates_every_step() const;
  bool accumulates() const;

  /// What the arrays hold before a phase, as their writer knows it: nothing, the weights last written, or those that
  /// are read back.
  WeightSet held_weights() const;
  WeightSet trained_weights(const Method& method, const WeightSet& held) const;
  ChipWork write_arrays(const WeightSet& weights, const WeightSet& held, std::vector<ArrayWrite>& writes);
  ChipWork read_back();
  Training planned(const Method& method, const TrainingRun& run) const;
  TrainingWork train(const Training& training, const Activity& calibration);
  ChipWork update_arrays_every_step(const WeightSet& goal, const WeightSet& held, std::uint64_t steps);
  /// Gains and biases of `weights` that are not what the SRAM buffer holds.
  std::set<std::string> changed_vectors(const WeightSet& weights) const;
  ChipWork play(const Program& program);
  void add_transposed_reads(const std::vector<std::uint64_t>& vectors, double times, ChipWork& work) const;
  StageFigures priced(const ChipWork& work, int mac_bits) const;
  /// Sets the figures of the training stage: its runs, and what it does to the arrays.
  void price_training(const std::vector<Training>& trainings, const std::vector<TrainingWork>& works,
                      const ChipWork& array_updates, PhaseFigures& figures) const;

  /// Accuracies on the forgotten classes for whoever drops all adapters.
  void drop_adapters(const Phase& phase, const WeightSet& weights, std::uint32_t evaluation,
                     PhaseFigures& figures) const;

  const Architecture& architecture_;
  const Trace& trace_;
  const TileMap& map_;
  Chip& chip_;
  UpdateMethod update_method_;
  std::uint64_t seed_;
  double age_seconds_;
  unsigned threads_;
  std::uint32_t tiles_;  ///< of the chip, those without weights included
  ProgramContext context_;
  ResistiveArrays arrays_;
  std::vector<std::uint32_t> calibration_samples_;
  Eigen::MatrixXf calibration_input_;
  std::size_t phase_ = 0;
  const WeightSet* weights_ = nullptr;    ///< of the phase before
  std::vector<const Adapter*> adapters_;  ///< in the SRAM buffer
};

}  // namespace palimpsest
