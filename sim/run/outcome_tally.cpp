#include "sim/run/outcome_tally.hpp"

namespace palimpsest {

OutcomeTally::OutcomeTally(const Trace& trace, const Phase& phase, const Eigen::MatrixXf& reference)
    : deviation_(reference) {
  if (trace.task == TaskKind::classify) accuracy_.emplace(trace, phase);
  if (trace.task == TaskKind::regress) error_.emplace(trace, phase);
}

void OutcomeTally::add(std::size_t first, const Eigen::MatrixXf& outputs) {
  if (accuracy_) accuracy_->add(first, outputs);
  if (error_) error_->add(first, outputs);
  deviation_.add(first, outputs);
}

Outcome OutcomeTally::outcome() const {
  return {accuracy_ ? accuracy_->accuracy() : Accuracy{}, error_ ? error_->error() : OutputError{},
          deviation_.deviation()};
}

Outcome float_outcome(const Trace& trace, const Phase& phase, const Eigen::MatrixXf& reference) {
  OutcomeTally tally(trace, phase, reference);
  tally.add(0, reference);
  return tally.outcome();
}

}  // namespace palimpsest
