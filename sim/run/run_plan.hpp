#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/mapping/training_program.hpp"
#include "sim/run/selection.hpp"

namespace palimpsest {

/// How a chip follows its network from phase to phase.
enum class UpdateMethod {
  adapters,    ///< the hybrid: the arrays keep the first weights, adapters in SRAM change
  rm_rewrite,  ///< all parameters change and the arrays are written anew
};

const Method& method_of(const Phase& phase, UpdateMethod update);

/// Whether the arrays follow every training step of phase number `phase`.
bool updates_every_step(const Architecture& architecture, UpdateMethod update, std::size_t phase);

/// What of a phase is played, and whether it is wanted at all: one before it is lived for what it leaves behind.
RunStages played_stages(const RunSelection& selection, const Phase& phase);

/// The programs of a phase that do not depend on what the arrays hold.
struct PhasePrograms {
  std::vector<TrainingPrograms> training;  ///< by run
  std::optional<Program> inference;
  std::optional<Program> one_sample;  ///< inferred by itself, for its latency
};

/// Those of phase number `phase` that are played, or whose reads disturb the arrays. Throws UserError
/// (usage_or_architecture) if the SRAM buffer is too small for one of them or for the deployment.
PhasePrograms phase_programs(const ProgramContext& context, const Trace& trace, std::size_t phase, UpdateMethod update,
                             const RunStages& played);

/// What one phase takes to simulate on one chip, in seconds of one processor of some machine: weights for a display of
/// progress, and nothing else.
struct PhaseWork {
  double writing = 0.0;      ///< of the arrays, at once or at every step
  double deploying = 0.0;    ///< a network made of the arrays: their wires solved, their ranges set
  double calibration = 0.0;  ///< evaluated
  double evaluation = 0.0;
  double evaluation_without_adapters = 0.0;
  double deployment = 0.0;       ///< played, here and below
  std::vector<double> training;  ///< by run
  double inference = 0.0;

  double total() const;
};

/// All of a run, by phase lived.
struct RunPlan {
  std::vector<PhaseWork> hybrid;
  std::vector<PhaseWork> rm_rewrite;  ///< empty if it is not wanted
  double references = 0.0;

  double total() const;
};

/// Plans a run: builds its programs, without playing any, and throws as phase_programs() does.
RunPlan plan_run(const ProgramContext& context, const Trace& trace, const RunSelection& selection);

}  // namespace palimpsest
