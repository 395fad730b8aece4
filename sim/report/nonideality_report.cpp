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
    "largest deviation of a class score from the float network's, over the largest magnitude of its scores, over all "
    "chips and the phases that are not in zero_scores; null: there are none"};

bool has_score_errors(const NonidealityStudy& study) { return study.zero_scores.size() < study.phases.size(); }

std::string points(const std::optional<double>& share, const std::optional<double>& of) {
  if (!share || !of) return "-";
  return signed_points(*share - *of);
}

}  // namespace

std::string nonideality_json(const NonidealityStudy& study) {
  Json json = report_head(nonideality_schema);
  json["architecture"] = study.architecture;
  json["trace"] = study.trace;
  json["seed"] = study.settings.seed;
  json[std::string(chips_statistic.name)] = study.settings.chips;
  json[std::string(age_statistic.name)] = study.settings.age_seconds;
  json["float_accuracy"] = Json::object();
  for (std::size_t phase = 0; phase < study.phases.size(); ++phase) {
    json["float_accuracy"][study.phases[phase]] = accuracy_json(study.float_accuracies[phase]);
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
        spread[std::string(statistic.name)] = accuracy_json(variant.phases[phase].*statistic.member);
      }
      entry["phases"][study.phases[phase]] = spread;
    }
    json["variants"].push_back(entry);
  }
  Json statistics = Json::object();
  describe(statistics, "", std::array{chips_statistic, age_statistic});
  describe(statistics, "variants.", std::array{score_error_statistic});
  describe(statistics, "phases.", spread_statistics);
  describe(statistics, "accuracy.", accuracy_statistics);
  return report_text(std::move(json), study.provenance, std::move(statistics));
}

std::string nonideality_text(const NonidealityStudy& study) {
  std::string text = "Palimpsest: " + study.trace + " on " + study.architecture + ", the hybrid on " +
                     std::to_string(study.settings.chips) + " chips, seeds from " +
                     std::to_string(study.settings.seed) + ", age " + duration_text(study.settings.age_seconds) +
                     "\n\nmean and worst change of the accuracy `all` against the float network, points\n\n";
  TextTable table(1);
  std::vector<std::string> header{"non-ideality"};
  for (const std::string& phase : study.phases) {
    header.push_back(phase);
    header.emplace_back("worst");
  }
  header.emplace_back(score_error_statistic.title);
  table.row(std::move(header));
  for (const ChipVariant& variant : study.variants) {
    std::vector<std::string> cells{variant.name};
    for (std::size_t phase = 0; phase < study.phases.size(); ++phase) {
      const std::optional<double> exact = study.float_accuracies[phase].all;
      cells.push_back(points(variant.phases[phase].mean.all, exact));
      cells.push_back(points(variant.phases[phase].smallest.all, exact));
    }
    cells.push_back(has_score_errors(study) ? shortest(variant.largest_score_error) : "-");
    table.row(std::move(cells));
  }
  text += table.text();
  for (const std::string& phase : study.zero_scores)
    text += "\nEvery score of the float network is zero in " + phase + ": the score error leaves that phase out.\n";
  return text;
}

}  // namespace palimpsest
