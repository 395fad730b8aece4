#pragma once

#include <cstdint>
#include <map>
#include <optional>

namespace palimpsest {

/// Shares of correctly classified samples, 0 to 1; empty where the phase has no such samples.
struct Accuracy {
  std::optional<double> all;
  std::optional<double> retain;
  std::optional<double> forget;
  std::optional<double> fresh;
  std::optional<double> forget_without_adapter;
  std::map<std::int64_t, std::optional<double>> by_class{};  ///< of the classes that the phase names
};

/// Outputs against targets, over all outputs of all samples of a phase.
struct OutputError {
  std::optional<double> mean_squared;
  std::optional<double> mean_absolute;
  std::optional<double> largest_absolute;
  std::optional<double> r_squared;  ///< coefficient of determination; empty if no target varies
};

/// Outputs against the float network's, over all outputs of all samples of a phase; empty if those are all zero.
struct OutputDeviation {
  std::optional<double> root_mean_square;  ///< over the root mean square of the float network's outputs
  std::optional<double> largest;           ///< over the largest magnitude of the float network's outputs
};

/// How well a network did in a phase: of accuracy and error what the trace's task has.
struct Outcome : Accuracy, OutputError, OutputDeviation {};

}  // namespace palimpsest
