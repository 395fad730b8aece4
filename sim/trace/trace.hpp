#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "models/physics/mapping.hpp"
#include "sim/config/source_file.hpp"
#include "sim/graph/network.hpp"

namespace palimpsest {

/// Samples as the trace stores them: sample after sample, each in C order.
struct SampleSet {
  std::uint32_t samples = 0;
  std::vector<std::uint8_t> values;  ///< of inputs of 8 bits and spikes
  std::vector<float> reals;          ///< of real inputs

  std::size_t elements() const { return (values.size() + reals.size()) / samples; }  ///< of a sample
  float stored(std::size_t place) const { return reals.empty() ? static_cast<float>(values[place]) : reals[place]; }
  std::size_t bytes() const { return values.size() + sizeof(float) * reals.size(); }
};

/// The low-rank pair of one layer: the layer's output gains scale * B (A x).
struct LowRankPair {
  Eigen::MatrixXf a;  ///< [rank, in]
  Eigen::MatrixXf b;  ///< [out, rank]
  float scale = 1.0F;

  std::uint32_t rank() const { return static_cast<std::uint32_t>(a.rows()); }
};

struct Adapter {
  std::string name;
  std::map<std::string, LowRankPair> layers;  ///< by layer
};

/// What the network's outputs are for.
enum class TaskKind {
  classify,  ///< the largest output of a sample is its class
  regress,   ///< outputs are compared with targets
  score,     ///< outputs stand for themselves
};

enum class Optimizer { sgd, adam };

/// Tensors that an optimiser keeps beside the gradient: the parameters, SGD's velocity with momentum, Adam's two
/// moments.
constexpr std::uint32_t optimizer_tensors(Optimizer optimizer, bool has_momentum) {
  if (optimizer == Optimizer::adam) return 3;
  return has_momentum ? 2 : 1;
}

/// Facts of one training run.
struct TrainingRun {
  bool trains_backbone = false;
  std::string adapter;  ///< trained adapter, if it is not the backbone
  Optimizer optimizer = Optimizer::sgd;
  double momentum = 0.0;  ///< of SGD, 0 (none) up to but not 1
  std::uint64_t steps = 0;
  std::uint32_t batch_size = 0;
};

/// One way to reach a phase: which weights are in the arrays, which adapters are in use, and what was trained.
struct Method {
  std::string weights;
  std::vector<std::string> adapters;
  std::vector<TrainingRun> training;
  Eigen::MatrixXf reference;  ///< float outputs [samples of the phase, outputs of a sample]
};

struct Phase {
  std::string name;
  std::vector<std::int64_t> retain, forget, fresh;  ///< classify: class numbers; `fresh` is "new" in the trace
  std::vector<std::uint32_t> samples;               ///< indices into the test set, rising
  Method hybrid;
  Method rewrite;
};

struct Trace {
  std::string directory;
  std::vector<SourceFile> files;  ///< that it was read from
  std::string name;
  TaskKind task = TaskKind::classify;
  Network network;
  std::map<std::string, WeightSet> weights;
  std::map<std::string, Adapter> adapters;
  SampleSet calibration;
  SampleSet test;
  std::vector<std::int64_t> labels;  ///< classify: by test sample
  Eigen::MatrixXf targets;           ///< regress: [test samples, outputs of a sample]
  std::vector<Phase> phases;
};

/// The operations, one for each layer of `adapter`, that use it first, in the network's order.
std::vector<const Operation*> adapted_operations(const Network& network, const Adapter& adapter);

/// The adapters that a method uses, in its order; they are the trace's, or those of `replacing` where it has the name.
std::vector<const Adapter*> adapters_of(const Trace& trace, const Method& method,
                                        const std::map<std::string, Adapter>& replacing = {});

/// Reads and checks a trace directory (docs/trace-format.md), for a chip that computes depth-wise convolutions as told.
/// Throws UserError (trace) that names file, place and expectation.
Trace read_trace(const std::string& directory,
                 DepthwiseConvolutions depthwise_convolutions = DepthwiseConvolutions::vector_unit);

}  // namespace palimpsest
