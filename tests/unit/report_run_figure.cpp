#include <catch2/catch.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "sim/report/run_figure.hpp"

using namespace palimpsest;

namespace {

using Strings = std::vector<std::string>;

MachineSummary machine(std::optional<double> inference_joule, std::optional<double> retain) {
  MachineSummary summary;
  summary.inference_joule = inference_joule;
  summary.retain = retain;
  return summary;
}

/// One phase with energy in the inference alone, 1, 10 and 100 mJ, and accuracies of two machines.
RunSummary run_of(std::uint64_t seed, double factor = 1.0) {
  RunSummary run;
  run.trace = "net";
  run.architecture = "chip";
  run.seed = seed;
  run.phases.push_back(
      {"learn", {machine(1e-3 * factor, 1.0), machine(1e-2, 0.5 * factor), machine(1e-1, std::nullopt)}});
  return run;
}

std::string attribute(const std::string& element, const std::string& name) {
  const std::size_t begin = element.find(" " + name + "=\"") + name.size() + 3;
  return element.substr(begin, element.find('"', begin) - begin);
}

/// Horizontal places of the dots in order, the three of the legend left out.
Strings dots(const std::string& svg) {
  Strings places;
  std::istringstream lines(svg);
  for (std::string line; std::getline(lines, line);)
    if (line.find("<circle") == 0) places.push_back(attribute(line, "cx"));
  REQUIRE(places.size() >= 3);
  return {places.begin() + 3, places.end()};
}

/// The paths of the lines from the smallest to the largest value.
Strings spreads(const std::string& svg) {
  Strings paths;
  std::istringstream lines(svg);
  for (std::string line; std::getline(lines, line);)
    if (line.find("stroke-width=\"2\"") != std::string::npos) paths.push_back(attribute(line, "d"));
  return paths;
}

}  // namespace

TEST_CASE("Dots of energy lie on a logarithmic axis of whole decades, dots of accuracy on one of per cent") {
  const std::string svg = run_figure({run_of(42)}, {});
  // Panels of 236 pixels: the energies at 0, 1 and 2 of 2 decades from 172; 100 and 50 per cent from 928.
  CHECK(dots(svg) == Strings{"172.0", "290.0", "408.0", "1164.0", "1046.0"});
  for (const char* text : {">0.001<", ">0.01<", ">0.1<", ">energy (J)<", ">time (s)<", ">accuracy (%)<", ">seed 42<"})
    CHECK_THAT(svg, Catch::Matchers::Contains(text));
}

TEST_CASE("Of several runs the mean is drawn and a line from the smallest to the largest") {
  const std::string svg = run_figure({run_of(1, 1.0), run_of(2, 0.1)}, {});
  CHECK_THAT(svg, Catch::Matchers::Contains(">dots: mean of 2 chips, lines: smallest to largest<"));
  // 0.1 and 1 mJ have the mean 0.55 mJ, on an axis of three decades; 50 and 5 per cent the mean 27.5.
  CHECK(dots(svg) == Strings{"230.2", "329.3", "408.0", "1164.0", "992.9"});
  CHECK(spreads(svg) == Strings{"M172.0 117.5L250.7 117.5", "M329.3 122.0L329.3 122.0", "M408.0 126.5L408.0 126.5",
                                "M1164.0 117.5L1164.0 117.5", "M939.8 122.0L1046.0 122.0"});
}

TEST_CASE("What no machine has is not drawn, and every phase and row that some machine has is named") {
  RunSummary run = run_of(1);
  run.phases.push_back(run.phases.front());
  run.phases.back().name = "unlearn";
  run.phases.back().machines[1].forget_without_adapter = 0.25;
  run.phases.back().machines[2].deployment_seconds = 2.0;
  const std::string svg = run_figure({run}, {});
  for (const char* text : {">learn<", ">unlearn<", ">inference, sample<", ">deployment<", ">forget, no adapter<"})
    CHECK_THAT(svg, Catch::Matchers::Contains(text));
  for (const char* text : {">training, sample pass<", ">new<", ">forget<"})
    CHECK_THAT(svg, !Catch::Matchers::Contains(text));
}

TEST_CASE("The picture is an SVG whose names cannot break it") {
  RunSummary run = run_of(1);
  run.trace = "a<b & c";
  const std::string svg = run_figure({run}, {});
  CHECK_THAT(svg, Catch::Matchers::StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\"") &&
                      Catch::Matchers::EndsWith("</svg>\n"));
  CHECK_THAT(svg, Catch::Matchers::Contains(">a&lt;b &amp; c on chip<"));
}

TEST_CASE("A picture of machines that did nothing has no dots and finite places all the same") {
  RunSummary idle;
  idle.phases.emplace_back();
  idle.phases.front().machines[0].inference_joule = 0.0;
  const std::string svg = run_figure({idle}, {});
  CHECK_THAT(svg, !Catch::Matchers::Contains("<circle"));
  for (const char* number : {"=\"nan", "=\"-nan", "=\"inf", "=\"-inf"}) CHECK(svg.find(number) == std::string::npos);
}

TEST_CASE("New classes and forgotten ones have rows of their own, and the title tells the age") {
  RunSummary run = run_of(1);
  run.age_seconds = 3600.0;
  for (MachineSummary& machine : run.phases.front().machines) machine = {};
  run.phases.front().machines[0].fresh = 0.25;
  const std::string svg = run_figure({run}, {});
  CHECK_THAT(svg, Catch::Matchers::Contains(">net on chip, age 1 h<") && Catch::Matchers::Contains(">new<") &&
                      !Catch::Matchers::Contains(">forget<"));
}
