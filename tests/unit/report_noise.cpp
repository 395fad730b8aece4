#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/report/noise_figure.hpp"
#include "sim/report/noise_report.hpp"

using namespace palimpsest;
using nlohmann::json;

namespace {

Outcome outcome(double base) { return {{base, base + 0.01, base + 0.02, std::nullopt, base + 0.04}, {}, {}}; }

NoisyMethod method(double base) {
  NoisyMethod made;
  made.float_outcome = outcome(base + 0.4);
  made.spreads = {{outcome(base + 0.3), outcome(0.05), outcome(base + 0.2), outcome(base + 0.35)},
                  {outcome(base + 0.1), outcome(0.06), outcome(base), outcome(base + 0.15)}};
  return made;
}

NoiseStudy study() {
  NoiseStudy made;
  made.trace = "net";
  made.settings.sigmas_microsiemens = {2.0, 4.0};
  made.settings.draws = 7;
  made.settings.seed = 3;
  made.phases = {{"learn", 12, method(0.5), method(0.4)}, {"unlearn", 13, method(0.3), method(0.2)}};
  return made;
}

}  // namespace

TEST_CASE("The noise report has settings, float accuracies and every statistic of every sigma") {
  const json report = json::parse(noise_json(study()));
  CHECK(report.at("schema") == "palimpsest.noise");
  CHECK(report.at("version") == 3);
  CHECK(report.at("trace") == "net");
  CHECK(report.at("seed") == 3);
  CHECK(report.at("draws") == 7);
  CHECK(report.at("window_microsiemens") == json::array({20.0, 80.0}));
  CHECK(report.at("zero_weight_microsiemens") == 50.0);
  const json& phase = report.at("phases").at(1);
  CHECK(phase.at("name") == "unlearn");
  CHECK(phase.at("samples") == 13);
  CHECK(phase.at("hybrid").at("float_accuracy").at("all") == 0.3 + 0.4);
  const json& noise = phase.at("rewrite").at("noise").at(1);
  CHECK(noise.at("sigma_microsiemens") == 4.0);
  CHECK(noise.at("mean").at("all") == 0.2 + 0.1);
  CHECK(noise.at("deviation").at("forget") == 0.06 + 0.02);
  CHECK(noise.at("smallest").at("retain") == 0.2 + 0.01);
  CHECK(noise.at("largest").at("forget_without_adapter") == 0.2 + 0.15 + 0.04);
  CHECK(noise.at("mean").at("new").is_null());
}

TEST_CASE("The noise report describes every figure, with unit and meaning") {
  const json report = json::parse(noise_json(study()));
  const json& statistics = report.at("statistics");
  const auto described = [&statistics](const std::string& name) {
    INFO(name);
    return statistics.contains(name) && !statistics.at(name).at("unit").get<std::string>().empty() &&
           !statistics.at(name).at("meaning").get<std::string>().empty();
  };
  for (const char* name : {"draws", "window_microsiemens", "zero_weight_microsiemens", "samples", "float_accuracy"})
    CHECK(described(name));
  const json& noise = report.at("phases").at(0).at("hybrid").at("noise").at(0);
  for (const auto& item : noise.items()) CHECK(described("noise." + item.key()));
  for (const auto& item : noise.at("mean").items()) CHECK(described("accuracy." + item.key()));
}

TEST_CASE("The noise table gives mean, deviation and extremes in percent, or a dash") {
  const std::string text = noise_text(study());
  CHECK_THAT(text, Catch::Contains("window 20..80 uS, zero weight at 50 uS, 7 draws at each sigma, seed 3"));
  CHECK_THAT(text, Catch::Contains("Phase learn") && Catch::Contains("Phase unlearn"));
  CHECK_THAT(text, Catch::Contains("80.0 +- 5.0 (70.0..85.0) %"));
  CHECK_THAT(text, Catch::Contains("  float  hybrid") && Catch::Contains("  2 uS   hybrid"));
  CHECK_THAT(text, Catch::Contains("  -  "));
}

TEST_CASE("The noise picture has a panel per phase, solid curves and dashed ones, and begins at the float accuracy") {
  const std::string svg = noise_figure(study());
  CHECK_THAT(svg, Catch::StartsWith("<svg") && Catch::Contains(">learn</text>") && Catch::Contains(">unlearn</text>"));
  CHECK_THAT(svg, Catch::Contains("stroke-dasharray") && Catch::Contains("forget, no adapter"));
  // The first panel lies at 72..362 by 118..358. Hybrid, retain: 0.91, 0.81 and 0.61 at 0, 2 and 4 uS.
  CHECK_THAT(svg, Catch::Contains("M72.0 139.6L217.0 163.6L362.0 211.6"));
  // Its band: 0.06 about 0.81, 0.07 about 0.61.
  CHECK_THAT(svg, Catch::Contains("M72.0 139.6L217.0 178.0L362.0 228.4L362.0 194.8L217.0 149.2L72.0 139.6Z"));
}

TEST_CASE("A noise picture that begins at sigma zero has no other point there") {
  NoiseStudy made = study();
  made.settings.sigmas_microsiemens = {0.0, 4.0};
  CHECK_THAT(noise_figure(made), Catch::Contains("M72.0 163.6L362.0 211.6"));
}
