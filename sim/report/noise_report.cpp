#include "sim/report/noise_report.hpp"

#include <array>
#include <cstdio>
#include <utility>

#include "sim/report/json_parts.hpp"
#include "sim/report/noise_statistics.hpp"
#include "sim/report/number_format.hpp"
#include "sim/report/provenance_parts.hpp"
#include "sim/report/text_table.hpp"

namespace palimpsest {

namespace {

Json method_json(const NoisyMethod& method, const std::vector<double>& sigmas, const TaskStatistics& task) {
  Json noise = Json::array();
  for (std::size_t number = 0; number < sigmas.size(); ++number) {
    Json entry = Json::object();
    entry[std::string(sigma_statistic.name)] = sigmas[number];
    for (const auto& statistic : spread_statistics) {
      entry[std::string(statistic.name)] = outcome_json(method.spreads[number].*statistic.member, task.statistics);
    }
    noise.push_back(std::move(entry));
  }
  Json json = Json::object();
  if (!task.float_name.empty())
    json[std::string(task.float_name)] = outcome_json(method.float_outcome, task.statistics);
  json["noise"] = std::move(noise);
  return json;
}

Json noise_descriptions(TaskKind task) {
  Json json = Json::object();
  describe(json, "", std::array{draws_statistic, window_statistic, zero_weight_statistic, noisy_samples_statistic});
  describe(json, "noise.", std::array{sigma_statistic});
  describe(json, "noise.", spread_statistics);
  describe_outcome(json, task);
  return json;
}

std::string spread_cell(const OutcomeSpread& spread, const OutcomeStatistic& statistic) {
  const auto member = statistic.member;
  if (!(spread.mean.*member)) return "-";
  if (statistic.unit != "share")
    return four_digits(*(spread.mean.*member)) + " +- " + four_digits(*(spread.deviation.*member)) + " (" +
           four_digits(*(spread.smallest.*member)) + ".." + four_digits(*(spread.largest.*member)) + ")";
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.1f +- %.1f (%.1f..%.1f) %%", 100.0 * *(spread.mean.*member),
                100.0 * *(spread.deviation.*member), 100.0 * *(spread.smallest.*member),
                100.0 * *(spread.largest.*member));
  return text.data();
}

std::string phase_table(const NoisyPhase& phase, const std::vector<double>& sigmas, const TaskStatistics& task) {
  TextTable table(2);
  std::vector<std::string> header{"sigma", "method"};
  for (const OutcomeStatistic& statistic : task.statistics) header.emplace_back(statistic.title);
  table.row(std::move(header));
  const auto rows = [&](const std::string& title, const auto& cell) {
    for (const NamedMethod& method : noisy_methods) {
      std::vector<std::string> cells{&method == noisy_methods.data() ? title : "", std::string(method.name)};
      for (const OutcomeStatistic& statistic : task.statistics) cells.push_back(cell(phase.*method.figures, statistic));
      table.row(std::move(cells));
    }
  };
  if (!task.float_name.empty()) {
    rows("float", [](const NoisyMethod& method, const OutcomeStatistic& statistic) {
      return outcome_text(statistic, method.float_outcome.*statistic.member);
    });
  }
  for (std::size_t number = 0; number < sigmas.size(); ++number) {
    rows(shortest(sigmas[number]) + " uS", [number](const NoisyMethod& method, const OutcomeStatistic& statistic) {
      return spread_cell(method.spreads[number], statistic);
    });
  }
  return table.text();
}

}  // namespace

std::string noise_json(const NoiseStudy& study) {
  const NoiseSettings& settings = study.settings;
  Json json = report_head(noise_schema);
  json["trace"] = study.trace;
  const TaskStatistics& task = statistics_of(study.task);
  json["task"] = task.task;
  json["seed"] = settings.seed;
  json[std::string(draws_statistic.name)] = settings.draws;
  json[std::string(window_statistic.name)] = {settings.window_low_microsiemens, settings.window_high_microsiemens};
  json[std::string(zero_weight_statistic.name)] = settings.zero_weight_microsiemens;
  json["phases"] = Json::array();
  for (const NoisyPhase& phase : study.phases) {
    Json entry = Json::object();
    entry["name"] = phase.name;
    entry[std::string(noisy_samples_statistic.name)] = phase.samples;
    for (const NamedMethod& method : noisy_methods) {
      entry[std::string(method.name)] = method_json(phase.*method.figures, settings.sigmas_microsiemens, task);
    }
    json["phases"].push_back(std::move(entry));
  }
  return report_text(std::move(json), study.provenance, noise_descriptions(study.task));
}

std::string noise_text(const NoiseStudy& study) {
  const NoiseSettings& settings = study.settings;
  std::string text = "Palimpsest: " + study.trace + " with conductance errors, window " +
                     shortest(settings.window_low_microsiemens) + ".." + shortest(settings.window_high_microsiemens) +
                     " uS, zero weight at " + shortest(settings.zero_weight_microsiemens) + " uS, " +
                     std::to_string(settings.draws) + " draws at each sigma, seed " + std::to_string(settings.seed) +
                     "\n\nmean +- standard deviation (smallest..largest) over the draws\n";
  for (const NoisyPhase& phase : study.phases) {
    text +=
        "\nPhase " + phase.name + "\n\n" + phase_table(phase, settings.sigmas_microsiemens, statistics_of(study.task));
  }
  return text;
}

}  // namespace palimpsest
