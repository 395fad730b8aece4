#include <catch2/catch.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/report/noise_figure.hpp"
#include "sim/report/nonideality_report.hpp"
#include "sim/report/number_format.hpp"
#include "sim/report/programming_svg.hpp"
#include "tests/support/distinct_studies.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

// Okabe and Ito's blue, vermilion, green and purple.
const std::string blue = "#0072b2";
const std::string vermilion = "#d55e00";
const std::string green = "#009e73";
const std::string purple = "#cc79a7";

using Points = std::vector<std::pair<double, double>>;

std::string through(const Points& points) {
  std::string text;
  for (const auto& [x, y] : points) text += (text.empty() ? "M" : "L") + one_decimal(x) + " " + one_decimal(y);
  return text;
}

std::string line(const Points& points, const std::string& colour) {
  return "<path d=\"" + through(points) + "\" fill=\"none\" stroke=\"" + colour + "\"";
}

std::string band(const Points& points, const std::string& colour) {
  return "<path d=\"" + through(points) + "Z\" fill=\"" + colour + "\"";
}

std::string dot(double x, double y, double radius, const std::string& colour) {
  return "<circle cx=\"" + one_decimal(x) + "\" cy=\"" + one_decimal(y) + "\" r=\"" + one_decimal(radius) +
         "\" fill=\"" + colour + "\"";
}

}  // namespace

TEST_CASE("The noise picture draws every group of classes of both methods in its own colour") {
  Shares shares;
  const NoiseStudy study = noise_study_of(shares);
  const std::string svg = noise_figure(study);
  // Its panel lies at 72..362 by 118..358, from 0 to 4 uS and 0 to 100 %.
  const auto curve = [&](const NoisyMethod& method, std::optional<double> Accuracy::*member,
                         const std::string& colour) {
    const auto height = [](double share) { return 358.0 - 240.0 * share; };
    return line({{72.0, height((method.float_outcome.*member).value())},
                 {217.0, height((method.spreads[0].mean.*member).value())},
                 {362.0, height((method.spreads[1].mean.*member).value())}},
                colour);
  };
  const NoisyPhase& phase = study.phases[0];
  for (const NoisyMethod* method : {&phase.hybrid, &phase.rewrite}) {
    CHECK_THAT(svg, Catch::Contains(curve(*method, &Accuracy::retain, blue)));
    CHECK_THAT(svg, Catch::Contains(curve(*method, &Accuracy::forget, vermilion)));
    CHECK_THAT(svg, Catch::Contains(curve(*method, &Accuracy::fresh, green)));
  }
  CHECK_THAT(svg, Catch::Contains(curve(phase.hybrid, &Accuracy::forget_without_adapter, purple)));
  CHECK_THAT(svg, !Catch::Contains(curve(phase.rewrite, &Accuracy::forget_without_adapter, purple)));
}

TEST_CASE("The picture of non-idealities draws mean and extremes of every variant and phase") {
  Shares shares;
  const NonidealityStudy study = nonideality_study_of(shares);
  const std::string svg = nonideality_figure(study);
  for (std::size_t phase = 0; phase < 2; ++phase) {
    // A panel of 230 pixels from 0 to 100 %: its accuracies are all low.
    const auto place = [&](const std::optional<double>& share) {
      return 154.0 + 260.0 * static_cast<double>(phase) + 230.0 * share.value();
    };
    const double exact = place(study.float_outcomes[phase].all);
    CHECK_THAT(svg, Catch::Contains(line({{exact, 84.0}, {exact, 128.0}}, "#bbbbbb")));
    for (std::size_t number = 0; number < 2; ++number) {
      const OutcomeSpread& spread = study.variants[number].phases[phase];
      const double y = 95.0 + 22.0 * static_cast<double>(number);
      CHECK_THAT(svg, Catch::Contains(line({{place(spread.smallest.all), y}, {place(spread.largest.all), y}}, blue)));
      CHECK_THAT(svg, Catch::Contains(dot(place(spread.mean.all), y, 4.0, blue)));
    }
  }
}

TEST_CASE("The picture of writing draws cycles, pulses and levels where they belong") {
  const std::string svg = programming_svg(programming_report());
  // The curve's one point is in the middle; its axis ends at 1.05 x 107 cycles.
  const auto cycles = [](double count) { return 294.0 - 210.0 * count / (1.05 * 107.0); };
  CHECK_THAT(svg, Catch::Contains(band({{472.0, cycles(105.0)}, {472.0, cycles(107.0)}}, blue)));
  CHECK_THAT(svg, Catch::Contains(dot(472.0, cycles(103.5), 2.5, blue)));
  CHECK_THAT(svg, Catch::Contains(dot(472.0, cycles(106.0), 2.5, vermilion)));
  // Ten pulses are 360 pixels, 1.15 x 80 uS are 130.
  const auto conductance = [](double microsiemens) { return 548.0 - 130.0 * microsiemens / (1.15 * 80.0); };
  CHECK_THAT(svg, Catch::Contains(dot(120.0, conductance(30.5), 2.5, blue)));
  CHECK_THAT(svg, Catch::Contains(dot(156.0, conductance(20.5), 2.5, vermilion)));
  CHECK_THAT(svg, Catch::Contains(dot(192.0, conductance(34.5), 2.5, blue)));
  // The highest band ends at 30.25 + 4.125 uS.
  const auto level = [](double microsiemens) { return 1354.0 - 210.0 * microsiemens / (1.05 * 34.375); };
  CHECK_THAT(svg, Catch::Contains(band({{84.0, level(11.25 - 1.125)},
                                        {860.0, level(29.25 - 3.125)},
                                        {860.0, level(29.25 + 3.125)},
                                        {84.0, level(11.25 + 1.125)}},
                                       blue)));
  CHECK_THAT(svg, Catch::Contains(band({{84.0, level(12.25 - 2.125)},
                                        {860.0, level(30.25 - 4.125)},
                                        {860.0, level(30.25 + 4.125)},
                                        {84.0, level(12.25 + 2.125)}},
                                       vermilion)));
}
