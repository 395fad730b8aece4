#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/run/run_plan.hpp"
#include "sim/run/selection.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// Rows [n, elements of a sample] of what `evaluation` gives in phase number `phase`, from the sample at place `first`
/// on.
using TakeRows = std::function<void(const std::string& evaluation, std::size_t phase, std::size_t first,
                                    const Eigen::MatrixXf& rows)>;

/// The weights with which `evaluation` computes phase number `phase` (DeployedNetwork::effective_weights).
using TakeWeights = std::function<void(const std::string& evaluation, std::size_t phase, const WeightSet& weights)>;

/// Where the outputs and embeddings of a run go as they come, in order and by one thread at a time, and the weights of
/// every phase lived; those with an empty function go nowhere.
struct RunRecord {
  TakeRows outputs;
  TakeRows embeddings;
  TakeWeights weights;
};

/// An evaluation of a phase that a run records.
struct RecordedEvaluation {
  std::string name;
  std::size_t phase = 0;
  std::vector<std::uint32_t> samples;  ///< indices into the test set
};

/// What evaluations of `update` are called: by themselves, in the float network, and without any adapter.
std::string evaluation_name(UpdateMethod update);
std::string float_evaluation_name(UpdateMethod update);
std::string bare_evaluation_name(UpdateMethod update);

/// All evaluations of a run with `selection`, in the order of its phases.
std::vector<RecordedEvaluation> recorded_evaluations(const Trace& trace, const RunSelection& selection);

/// Gives `record` what the float network gives in the phases of `selection`: the references, and embeddings that are
/// evaluated.
void record_float(const Trace& trace, const RunSelection& selection, const RunRecord& record);

}  // namespace palimpsest
