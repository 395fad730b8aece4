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

Json method_json(const NoisyMethod& method, const std::vector<double>& sigmas) {
  Json noise = Json::array();
  for (std::size_t number = 0; number < sigmas.size(); ++number) {
    Json entry = Json::object();
    entry[std::string(sigma_statistic.name)] = sigmas[number];
    for (const auto& statistic : spread_statistics) {
      entry[std::string(statistic.name)] = accuracy_json(method.spreads[number].*statistic.member);
    }
    noise.push_back(std::move(entry));
  }
  Json json = Json::object();
  json[std::string(float_accuracy_statistic.name)] = accuracy_json(method.float_accuracy);
  json["noise"] = std::move(noise);
  return json;
}

Json descriptions() {
  Json json = Json::object();
  describe(json, "",
           std::array{draws_statistic, window_statistic, zero_weight_statistic, noisy_samples_statistic,
                      float_accuracy_statistic});
  describe(json, "noise.", std::array{sigma_statistic});
  describe(json, "noise.", spread_statistics);
  describe(json, "accuracy.", accuracy_statistics);
  return json;
}

std::string spread_cell(const AccuracySpread& spread, std::optional<double> Accuracy::*member) {
  if (!(spread.mean.*member)) return "-";
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.1f +- %.1f (%.1f..%.1f) %%", 100.0 * *(spread.mean.*member),
                100.0 * *(spread.deviation.*member), 100.0 * *(spread.smallest.*member),
                100.0 * *(spread.largest.*member));
  return text.data();
}

std::string phase_table(const NoisyPhase& phase, const std::vector<double>& sigmas) {
  TextTable table(2);
  std::vector<std::string> header{"sigma", "method"};
  for (const auto& statistic : accuracy_statistics) header.emplace_back(statistic.title);
  table.row(std::move(header));
  const auto rows = [&](const std::string& title, const auto& cell) {
    for (const NamedMethod& method : noisy_methods) {
      std::vector<std::string> cells{&method == noisy_methods.data() ? title : "", std::string(method.name)};
      for (const auto& statistic : accuracy_statistics) cells.push_back(cell(phase.*method.figures, statistic.member));
      table.row(std::move(cells));
    }
  };
  rows("float", [](const NoisyMethod& method, auto member) { return percent(method.float_accuracy.*member); });
  for (std::size_t number = 0; number < sigmas.size(); ++number) {
    rows(shortest(sigmas[number]) + " uS",
         [number](const NoisyMethod& method, auto member) { return spread_cell(method.spreads[number], member); });
  }
  return table.text();
}

}  // namespace

std::string noise_json(const NoiseStudy& study) {
  const NoiseSettings& settings = study.settings;
  Json json = report_head(noise_schema);
  json["trace"] = study.trace;
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
      entry[std::string(method.name)] = method_json(phase.*method.figures, settings.sigmas_microsiemens);
    }
    json["phases"].push_back(std::move(entry));
  }
  return report_text(std::move(json), study.provenance, descriptions());
}

std::string noise_text(const NoiseStudy& study) {
  const NoiseSettings& settings = study.settings;
  std::string text = "Palimpsest: " + study.trace + " with conductance errors, window " +
                     shortest(settings.window_low_microsiemens) + ".." + shortest(settings.window_high_microsiemens) +
                     " uS, zero weight at " + shortest(settings.zero_weight_microsiemens) + " uS, " +
                     std::to_string(settings.draws) + " draws at each sigma, seed " + std::to_string(settings.seed) +
                     "\n\nmean +- standard deviation (smallest..largest) over the draws\n";
  for (const NoisyPhase& phase : study.phases) {
    text += "\nPhase " + phase.name + "\n\n" + phase_table(phase, settings.sigmas_microsiemens);
  }
  return text;
}

}  // namespace palimpsest
