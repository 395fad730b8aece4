#include "sim/report/nonideality_report.hpp"

#include <array>
#include <optional>
#include <utility>

#include "sim/config/duration.hpp"
#include "sim/report/json_parts.hpp"
#include "sim/report/noise_statistics.hpp"
#include "sim/report/number_format.hpp"
#include "sim/report/provenance_parts.hpp"
#include "sim/report/statistics.hpp"
#include "sim/report/text_table.hpp"

namespace palimpsest {

namespace {

constexpr StageStatistic chips_statistic{"chips", "chips", "chips", "chips evaluated, each with a seed of its own"};
constexpr StageStatistic score_error_statistic{
    "largest_score_error", "score error", "share",
    "largest deviation of an output from the float network's, over the largest magnitude of its outputs, over all "
    "chips and the phases that are not in zero_scores; null: there are none"};

bool has_score_errors(const NonidealityStudy& study) { return study.zero_scores.size() < study.phases.size(); }

std::string points(const std::optional<double>& share, const std::optional<double>& of) {
  if (!share || !of) return "-";
  return signed_points(*share - *of);
}

/// Mean and worst of a phase: accuracies as the change against the float network's, other figures as they are.
std::vector<std::string> phase_cells(const NonidealityStudy& study, const ChipVariant& variant, std::size_t phase) {
  const OutcomeSpread& spread = variant.phases[phase];
  if (study.task == TaskKind::classify) {
    const std::optional<double> exact = study.float_outcomes[phase].all;
    return {points(spread.mean.all, exact), points(spread.smallest.all, exact)};
  }
  const OutcomeStatistic& head = statistics_of(study.task).statistics.front();
  return {outcome_text(head, spread.mean.*head.member), outcome_text(head, spread.largest.*head.member)};
}

std::string told_by(TaskKind task) {
  switch (task) {
    case TaskKind::classify:
      return "mean and worst change of the accuracy `all` against the float network, points";
    case TaskKind::regress:
      return "mean and worst of the mean squared error";
    case TaskKind::score:
      break;
  }
  return "mean and worst root mean square deviation from the float network's outputs";
}

/// The row of the float network, where it has figures and the others are not told as a change against them.
std::vector<std::string> float_row(const NonidealityStudy& study) {
  const OutcomeStatistic& head = statistics_of(study.task).statistics.front();
  std::vector<std::string> cells{"float network"};
  for (const Outcome& outcome : study.float_outcomes) {
    cells.push_back(outcome_text(head, outcome.*head.member));
    cells.emplace_back("-");
  }
  cells.emplace_back("-");
  return cells;
}

}  // namespace

std::string nonideality_json(const NonidealityStudy& study) {
  Json json = report_head(nonideality_schema);
  json["architecture"] = study.architecture;
  json["trace"] = study.trace;
  const TaskStatistics& task = statistics_of(study.task);
  json["task"] = task.task;
  json["seed"] = study.settings.seed;
  json[std::string(chips_statistic.name)] = study.settings.chips;
  json[std::string(age_statistic.name)] = study.settings.age_seconds;
  if (!task.float_name.empty()) {
    Json& exact = json[std::string(task.float_name)] = Json::object();
    for (std::size_t phase = 0; phase < study.phases.size(); ++phase)
      exact[study.phases[phase]] = outcome_json(study.float_outcomes[phase], task.statistics);
  }
  json["zero_scores"] = study.zero_scores;
  json["variants"] = Json::array();
  for (const ChipVariant& variant : study.variants) {
    Json entry = {{"name", variant.name}, {"meaning", variant.meaning}};
    entry[std::string(score_error_statistic.name)] =
        has_score_errors(study) ? Json(variant.largest_score_error) : Json(nullptr);
    entry["phases"] = Json::object();
    for (std::size_t phase = 0; phase < study.phases.size(); ++phase) {
      Json spread = Json::object();
      for (const auto& statistic : spread_statistics) {
        spread[std::string(statistic.name)] = outcome_json(variant.phases[phase].*statistic.member, task.statistics);
      }
      entry["phases"][study.phases[phase]] = spread;
    }
    json["variants"].push_back(entry);
  }
  Json statistics = Json::object();
  describe(statistics, "", std::array{chips_statistic, age_statistic});
  describe(statistics, "variants.", std::array{score_error_statistic});
  describe(statistics, "phases.", spread_statistics);
  describe_outcome(statistics, study.task);
  return report_text(std::move(json), study.provenance, std::move(statistics));
}

std::string nonideality_text(const NonidealityStudy& study) {
  std::string text = "Palimpsest: " + study.trace + " on " + study.architecture + ", the hybrid on " +
                     std::to_string(study.settings.chips) + " chips, seeds from " +
                     std::to_string(study.settings.seed) + ", age " + duration_text(study.settings.age_seconds) +
                     "\n\n" + told_by(study.task) + "\n\n";
  TextTable table(1);
  std::vector<std::string> header{"non-ideality"};
  for (const std::string& phase : study.phases) {
    header.push_back(phase);
    header.emplace_back("worst");
  }
  header.emplace_back(score_error_statistic.title);
  table.row(std::move(header));
  if (study.task == TaskKind::regress) table.row(float_row(study));
  for (const ChipVariant& variant : study.variants) {
    std::vector<std::string> cells{variant.name};
    for (std::size_t phase = 0; phase < study.phases.size(); ++phase) {
      for (std::string& cell : phase_cells(study, variant, phase)) cells.push_back(std::move(cell));
    }
    cells.push_back(has_score_errors(study) ? shortest(variant.largest_score_error) : "-");
    table.row(std::move(cells));
  }
  text += table.text();
  for (const std::string& phase : study.zero_scores)
    text += "\nEvery output of the float network is zero in " + phase + ": the score error leaves that phase out.\n";
  return text;
}

}  // namespace palimpsest
