#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "sim/run/outcome.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// A share of correct answers, counted as they come.
class CorrectShare {
 public:
  void add(bool correct) {
    ++samples_;
    correct_ += correct ? 1 : 0;
  }
  /// Adds the answers of class scores [n, classes]: row i belongs to `samples`' number `first` + i, an index into the
  /// test set. The largest score is the answer.
  void add(const Trace& trace, const std::vector<std::uint32_t>& samples, std::size_t first,
           const Eigen::MatrixXf& scores);
  std::optional<double> share() const;  ///< empty without samples

 private:
  std::uint64_t samples_ = 0;
  std::uint64_t correct_ = 0;
};

/// The accuracies of a phase, counted as scores come. `all` counts every sample of the phase with its true class, the
/// forgotten ones included. `forget_without_adapter` stays empty.
class AccuracyTally {
 public:
  /// Trace and phase outlive the object.
  AccuracyTally(const Trace& trace, const Phase& phase);

  /// Adds class scores [n, classes] of the phase's samples from number `first` on; the largest score is the answer.
  void add(std::size_t first, const Eigen::MatrixXf& scores);
  Accuracy accuracy() const;

 private:
  const Trace& trace_;
  const Phase& phase_;
  CorrectShare all_, retain_, forget_, fresh_;
  std::map<std::int64_t, CorrectShare> by_class_;
};

/// Accuracies of class scores [samples of the phase, classes], as AccuracyTally counts them.
Accuracy accuracy_of(const Trace& trace, const Phase& phase, const Eigen::MatrixXf& scores);

/// The phase's samples of classes to be forgotten.
std::vector<std::uint32_t> forgotten_samples(const Trace& trace, const Phase& phase);

/// Share of `samples` (indices into the test set) whose largest score [samples, classes] is their class; empty without
/// samples.
std::optional<double> share_correct(const Trace& trace, const std::vector<std::uint32_t>& samples,
                                    const Eigen::MatrixXf& scores);

/// The same of the float network with `weights` and no adapter, evaluated some samples at a time.
std::optional<double> float_share_correct(const Trace& trace, const WeightSet& weights,
                                          const std::vector<std::uint32_t>& samples);

}  // namespace palimpsest
