#include "sim/report/outcome_statistics.hpp"

#include <utility>

#include "sim/report/number_format.hpp"

namespace palimpsest {

namespace {

template <class Owner, std::size_t count>
std::vector<OutcomeStatistic> of_outcomes(const std::array<Statistic<Owner, std::optional<double>>, count>& table) {
  std::vector<OutcomeStatistic> statistics;
  statistics.reserve(table.size());
  for (const auto& statistic : table)
    statistics.push_back({statistic.name, statistic.title, statistic.unit, statistic.meaning, statistic.member});
  return statistics;
}

}  // namespace

const TaskStatistics& statistics_of(TaskKind task) {
  static const TaskStatistics classify{"classify",
                                       "accuracy",
                                       "float_accuracy",
                                       "accuracy",
                                       "accuracies of the float network",
                                       of_outcomes(accuracy_statistics)};
  static const TaskStatistics regress{
      "regress", "error", "float_error", "error", "errors of the float network", of_outcomes(error_statistics)};
  static const TaskStatistics score{"score", "output_deviation", "", "outputs", "", of_outcomes(deviation_statistics)};
  switch (task) {
    case TaskKind::classify:
      return classify;
    case TaskKind::regress:
      return regress;
    case TaskKind::score:
      return score;
  }
  return classify;
}

Json outcome_json(const Outcome& outcome, const std::vector<OutcomeStatistic>& statistics) {
  Json json = Json::object();
  for (const OutcomeStatistic& statistic : statistics) {
    const std::optional<double>& value = outcome.*statistic.member;
    json[std::string(statistic.name)] = value ? Json(*value) : Json(nullptr);
  }
  return json;
}

TaskKind read_task_name(JsonReader& report) {
  std::vector<std::pair<std::string, TaskKind>> names;
  for (const TaskKind task : {TaskKind::classify, TaskKind::regress, TaskKind::score})
    names.emplace_back(statistics_of(task).task, task);
  return report.choice<TaskKind>("task", names);
}

void describe_outcome(Json& json, TaskKind task) {
  const TaskStatistics& statistics = statistics_of(task);
  describe(json, std::string(statistics.name) + ".", statistics.statistics);
  if (!statistics.float_name.empty())
    json[std::string(statistics.float_name)] = {{"unit", "as " + std::string(statistics.name)},
                                                {"meaning", statistics.float_meaning}};
}

std::string outcome_text(const OutcomeStatistic& statistic, const std::optional<double>& value) {
  if (statistic.unit == "share") return percent(value);
  return value ? four_digits(*value) : "-";
}

}  // namespace palimpsest
