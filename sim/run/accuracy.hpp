#pragma once

#include <Eigen/Core>
#include <vector>

#include "sim/run/figures.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// Accuracies of class scores [samples of the phase, classes]: the largest score is the answer. `all` counts every
/// sample of the phase with its true class, the forgotten ones included. `forget_without_adapter` stays empty.
Accuracy accuracy_of(const Trace& trace, const Phase& phase, const Eigen::MatrixXf& scores);

/// The phase's samples of classes to be forgotten.
std::vector<std::uint32_t> forgotten_samples(const Trace& trace, const Phase& phase);

/// Share of `samples` (indices into the test set) whose largest score [samples, classes] is their class; empty without
/// samples.
std::optional<double> share_correct(const Trace& trace, const std::vector<std::uint32_t>& samples,
                                    const Eigen::MatrixXf& scores);

}  // namespace palimpsest
