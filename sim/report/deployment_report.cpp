#include "sim/report/deployment_report.hpp"

#include <array>
#include <utility>

#include "sim/report/json_parts.hpp"
#include "sim/report/number_format.hpp"
#include "sim/report/provenance_parts.hpp"
#include "sim/report/statistics.hpp"
#include "sim/report/text_table.hpp"

namespace palimpsest {

namespace {

constexpr std::array<Statistic<DeployedWeight, double>, 3> deployed_statistics{{
    {"largest", "largest", "1", "largest magnitude of the parameter in the trace", &DeployedWeight::largest},
    {"rms_error", "rms error", "1", "root mean square of the chip's values less the trace's",
     &DeployedWeight::rms_error},
    {"largest_error", "largest error", "1", "largest magnitude of the chip's values less the trace's",
     &DeployedWeight::largest_error},
}};

constexpr StageStatistic on_tiles_statistic{
    "on_tiles", "where", "1", "whether the tiles compute with it; what is in the digital memory is exact"};

}  // namespace

std::string deployment_json(const DeployedWeights& weights) {
  Json json = report_head(deployment_schema);
  json["architecture"] = weights.architecture;
  json["trace"] = weights.trace;
  json["seed"] = weights.settings.seed;
  json["phase"] = weights.settings.phase;
  json[std::string(age_statistic.name)] = weights.settings.age_seconds;
  json["weights"] = Json::array();
  for (const DeployedWeight& weight : weights.weights) {
    Json entry = {{"name", weight.name}, {"shape", weight.shape.extents()}};
    entry[std::string(on_tiles_statistic.name)] = weight.on_tiles;
    for (const auto& statistic : deployed_statistics) entry[std::string(statistic.name)] = weight.*statistic.member;
    json["weights"].push_back(std::move(entry));
  }
  Json statistics = Json::object();
  describe(statistics, "", std::array{age_statistic});
  describe(statistics, "weights.", std::array{on_tiles_statistic});
  describe(statistics, "weights.", deployed_statistics);
  return report_text(std::move(json), weights.provenance, std::move(statistics));
}

std::string deployment_text(const DeployedWeights& weights) {
  TextTable table(3);
  std::vector<std::string> header{"weight", "shape", std::string(on_tiles_statistic.title)};
  for (const auto& statistic : deployed_statistics) header.emplace_back(statistic.title);
  table.row(std::move(header));
  for (const DeployedWeight& weight : weights.weights) {
    std::vector<std::string> row{weight.name, shown(weight.shape), weight.on_tiles ? "tiles" : "digital"};
    for (const auto& statistic : deployed_statistics) row.push_back(four_digits(weight.*statistic.member));
    table.row(std::move(row));
  }
  return "Palimpsest: weights of phase " + weights.settings.phase + " of " + weights.trace + " on " +
         weights.architecture + ", seed " + std::to_string(weights.settings.seed) + "\n\n" + table.text();
}

}  // namespace palimpsest
