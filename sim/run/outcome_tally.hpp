#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <optional>

#include "sim/run/accuracy.hpp"
#include "sim/run/output_error.hpp"

namespace palimpsest {

/// The outcome of a phase at the trace's task, counted as outputs come.
class OutcomeTally {
 public:
  /// All outlive the object; `reference` has the float network's outputs [samples of the phase, outputs of a sample].
  OutcomeTally(const Trace& trace, const Phase& phase, const Eigen::MatrixXf& reference);

  /// Adds outputs [n, outputs of a sample] of the phase's samples from number `first` on.
  void add(std::size_t first, const Eigen::MatrixXf& outputs);
  /// `forget_without_adapter` stays empty.
  Outcome outcome() const;

 private:
  std::optional<AccuracyTally> accuracy_;
  std::optional<ErrorTally> error_;
  DeviationTally deviation_;
};

/// The outcome of the float network whose outputs are `reference`.
Outcome float_outcome(const Trace& trace, const Phase& phase, const Eigen::MatrixXf& reference);

}  // namespace palimpsest
