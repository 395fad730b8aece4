#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/json_reader.hpp"
#include "sim/report/json_parts.hpp"
#include "sim/report/statistics.hpp"

namespace palimpsest {

inline constexpr std::array<Statistic<Accuracy, std::optional<double>>, 5> accuracy_statistics{{
    {"all", "all", "share", "correct among all samples of the phase, forgotten classes included", &Accuracy::all},
    {"retain", "retain", "share", "correct among the samples of classes to keep", &Accuracy::retain},
    {"forget", "forget", "share", "correct among the samples of classes to forget", &Accuracy::forget},
    {"new", "new", "share", "correct among the samples of newly learned classes", &Accuracy::fresh},
    {"forget_without_adapter", "forget, no adapter", "share",
     "correct among the samples of classes to forget for whoever drops every adapter",
     &Accuracy::forget_without_adapter},
}};

inline constexpr std::array<Statistic<OutputError, std::optional<double>>, 4> error_statistics{{
    {"mean_squared_error", "mean squared", "square of the targets' unit",
     "mean over all outputs of the phase's samples of the squared difference to the target",
     &OutputError::mean_squared},
    {"mean_absolute_error", "mean absolute", "the targets' unit", "mean of the difference's magnitude",
     &OutputError::mean_absolute},
    {"largest_absolute_error", "largest", "the targets' unit", "largest magnitude of a difference",
     &OutputError::largest_absolute},
    {"r_squared", "R^2", "1",
     "one less the squared differences over the squared deviations of the targets from their mean, which each output "
     "has of its own, both summed over all outputs; null: no target varies",
     &OutputError::r_squared},
}};

inline constexpr std::array<Statistic<OutputDeviation, std::optional<double>>, 2> deviation_statistics{{
    {"root_mean_square", "deviation", "share",
     "root mean square difference to the float network's outputs, over their own root mean square; null: they are all "
     "zero",
     &OutputDeviation::root_mean_square},
    {"largest", "largest deviation", "share",
     "largest difference to the float network's outputs, over their largest magnitude", &OutputDeviation::largest},
}};

inline constexpr StageStatistic by_class_statistic{
    "by_class", "accuracy by class", "share",
    "correct among the samples of each class that the phase names, by its number; null: there are none"};

using OutcomeStatistic = Statistic<Outcome, std::optional<double>>;

/// What a task's outcome is told by.
struct TaskStatistics {
  std::string_view task;        ///< as traces and reports name it
  std::string_view name;        ///< key of the statistics
  std::string_view float_name;  ///< key of the float network's; empty: it has none
  std::string_view title;       ///< in tables
  std::string_view float_meaning;
  std::vector<OutcomeStatistic> statistics;  ///< the first one tells most
};

const TaskStatistics& statistics_of(TaskKind task);

/// The figures of `statistics` by name; null where there are none.
Json outcome_json(const Outcome& outcome, const std::vector<OutcomeStatistic>& statistics);

/// The task that a report names. Throws UserError that names the place if it is none.
TaskKind read_task_name(JsonReader& report);

/// Adds unit and meaning of a task's statistics to `json`.
void describe_outcome(Json& json, TaskKind task);

/// A figure in a table: a share in percent, another number with its digits, "-" for none.
std::string outcome_text(const OutcomeStatistic& statistic, const std::optional<double>& value);

}  // namespace palimpsest
