#include "sim/run/output_error.hpp"

#include <algorithm>
#include <cmath>

namespace palimpsest {

namespace {

/// Squared deviations of the phase's targets from the mean of each output.
double squared_deviations(const Trace& trace, const Phase& phase) {
  Eigen::RowVectorXd mean = Eigen::RowVectorXd::Zero(trace.targets.cols());
  for (const std::uint32_t sample : phase.samples) mean += trace.targets.row(sample).cast<double>();
  mean /= static_cast<double>(phase.samples.size());
  double squares = 0.0;
  for (const std::uint32_t sample : phase.samples)
    squares += (trace.targets.row(sample).cast<double>() - mean).squaredNorm();
  return squares;
}

}  // namespace

void ErrorTally::add(std::size_t first, const Eigen::MatrixXf& outputs) {
  for (Eigen::Index row = 0; row < outputs.rows(); ++row) {
    const std::uint32_t sample = phase_.samples[first + static_cast<std::size_t>(row)];
    const Eigen::RowVectorXd errors = outputs.row(row).cast<double>() - trace_.targets.row(sample).cast<double>();
    squares_ += errors.squaredNorm();
    magnitudes_ += errors.cwiseAbs().sum();
    largest_ = std::max(largest_, errors.cwiseAbs().maxCoeff());
  }
  values_ += static_cast<std::uint64_t>(outputs.size());
}

OutputError ErrorTally::error() const {
  OutputError error;
  if (values_ == 0) return error;
  error.mean_squared = squares_ / static_cast<double>(values_);
  error.mean_absolute = magnitudes_ / static_cast<double>(values_);
  error.largest_absolute = largest_;
  const double variation = squared_deviations(trace_, phase_);
  if (variation > 0.0) error.r_squared = 1.0 - squares_ / variation;
  return error;
}

void DeviationTally::add(std::size_t first, const Eigen::MatrixXf& outputs) {
  if (outputs.size() == 0) return;
  const auto references = reference_.middleRows(static_cast<Eigen::Index>(first), outputs.rows());
  squared_deviations_ += (outputs.cast<double>() - references.cast<double>()).squaredNorm();
  squared_references_ += references.cast<double>().squaredNorm();
  largest_deviation_ = std::max(largest_deviation_, (outputs - references).cwiseAbs().maxCoeff());
  largest_reference_ = std::max(largest_reference_, references.cwiseAbs().maxCoeff());
}

OutputDeviation DeviationTally::deviation() const {
  OutputDeviation deviation;
  if (largest_reference_ == 0.0F) return deviation;
  deviation.root_mean_square = std::sqrt(squared_deviations_ / squared_references_);
  deviation.largest = double{largest_deviation_} / double{largest_reference_};
  return deviation;
}

}  // namespace palimpsest
