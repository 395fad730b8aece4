#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "sim/config/source_file.hpp"

namespace palimpsest {

/// Samples as the trace stores them: sample after sample, `rows` x `columns` each, row-major.
struct SampleSet {
  std::uint32_t samples = 0;
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::vector<std::uint8_t> values;
};

enum class OperationKind { linear, rms_norm, gelu, relu, add, transpose, mean };

/// Rows (tokens) and columns (features) of a value, per sample.
struct Shape {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
};

/// One operation of the network. Values are numbered: 0 is the network's input, i + 1 the output of operation i.
struct Operation {
  OperationKind kind = OperationKind::linear;
  std::string name;
  std::vector<std::uint32_t> inputs;  ///< value numbers, all smaller than this operation's output
  Shape output;
  std::string weight;  ///< linear: name of the parameter [out, in]
  std::string bias;    ///< linear: name of the parameter [out], or empty
  std::string gain;    ///< rms_norm: name of the parameter [columns]
  float epsilon = 0.0F;
};

struct Network {
  Shape input;
  float input_scale = 1.0F;
  float input_offset = 0.0F;
  std::vector<Operation> operations;
  std::uint32_t output = 0;  ///< value number; of a classifier [1, classes]

  std::uint32_t values() const { return static_cast<std::uint32_t>(operations.size()) + 1; }
  Shape shape(std::uint32_t value) const { return value == 0 ? input : operations[value - 1].output; }
};

/// Parameters of one weight set by name: linear weights [out, in]; biases and gains [1, n].
using WeightSet = std::map<std::string, Eigen::MatrixXf>;

/// The low-rank pair of one layer: the layer's output gains scale * B (A x).
struct LowRankPair {
  Eigen::MatrixXf a;  ///< [rank, in]
  Eigen::MatrixXf b;  ///< [out, rank]
};

struct Adapter {
  std::string name;
  std::uint32_t rank = 0;
  float scale = 1.0F;                           ///< alpha / rank
  std::map<std::uint32_t, LowRankPair> layers;  ///< by index of the linear operation
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

/// The adapters that a method uses, in its order; they are the trace's.
std::vector<const Adapter*> adapters_of(const Trace& trace, const Method& method);

/// Reads and checks a trace directory (docs/trace-format.md). Throws UserError (trace) that names file, place and
/// expectation.
Trace read_trace(const std::string& directory);

}  // namespace palimpsest
