#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>

#include "sim/run/outcome.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// The error of a phase's outputs against its targets, summed up as outputs come.
class ErrorTally {
 public:
  /// Trace and phase outlive the object.
  ErrorTally(const Trace& trace, const Phase& phase) : trace_(trace), phase_(phase) {}

  /// Adds outputs [n, outputs of a sample] of the phase's samples from number `first` on.
  void add(std::size_t first, const Eigen::MatrixXf& outputs);
  /// R^2 is one less the squared errors over the squared deviations of the targets from their mean, which each output
  /// has of its own; both are summed over all outputs.
  OutputError error() const;

 private:
  const Trace& trace_;
  const Phase& phase_;
  std::uint64_t values_ = 0;
  double squares_ = 0.0;
  double magnitudes_ = 0.0;
  double largest_ = 0.0;
};

/// How far outputs are from those of the float network, summed up as they come.
class DeviationTally {
 public:
  /// `reference` [samples, outputs of a sample] outlives the object.
  explicit DeviationTally(const Eigen::MatrixXf& reference) : reference_(reference) {}

  /// Adds outputs [n, outputs of a sample] of the samples from number `first` on.
  void add(std::size_t first, const Eigen::MatrixXf& outputs);
  OutputDeviation deviation() const;

 private:
  const Eigen::MatrixXf& reference_;
  double squared_deviations_ = 0.0;
  double squared_references_ = 0.0;
  float largest_deviation_ = 0.0F;
  float largest_reference_ = 0.0F;
};

}  // namespace palimpsest
