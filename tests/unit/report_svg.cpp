#include <catch2/catch.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sim/report/svg_report.hpp"

using namespace palimpsest;

namespace {

PhaseFigures machine(double joule, std::optional<double> retain) {
  PhaseFigures figures;
  figures.inference.energy_joule = joule;
  figures.accuracy.retain = retain;
  return figures;
}

/// One phase with energy in the inference alone: 1, 10 and 100 mJ.
RunReport report() {
  RunReport made;
  made.architecture = "chip";
  made.trace = "net";
  made.seed = 42;
  made.phases.push_back({"learn", machine(1e-3, 1.0), machine(1e-2, 0.5), machine(1e-1, std::nullopt), 0.0});
  return made;
}

/// Widths of the bars in order, the three of the legend left out.
std::vector<std::string> bar_widths(const std::string& svg) {
  std::vector<std::string> widths;
  const std::string key = " width=\"";
  for (std::size_t rect = svg.find("<rect x="); rect != std::string::npos; rect = svg.find("<rect x=", rect + 1)) {
    const std::size_t begin = svg.find(key, rect) + key.size();
    widths.push_back(svg.substr(begin, svg.find('"', begin) - begin));
  }
  REQUIRE(widths.size() >= 3);
  return {widths.begin() + 3, widths.end()};
}

}  // namespace

TEST_CASE("Energy bars are decades long, accuracy bars shares of the same length") {
  // 178 pixels for three decades, the first one below the smallest energy; then accuracies of 1 and 0.5.
  CHECK(bar_widths(svg_report(report())) == std::vector<std::string>{"59.3", "118.7", "178.0", "178.0", "89.0"});
}

TEST_CASE("Every bar of the picture has its value beside it") {
  const std::string svg = svg_report(report());
  for (const char* label : {">1.00 mJ<", ">10.0 mJ<", ">100 mJ<", ">0 J<", ">100.0 %<", ">50.0 %<", ">-<"}) {
    CHECK_THAT(svg, Catch::Matchers::Contains(label));
  }
}

TEST_CASE("The picture has a column for every phase") {
  RunReport two = report();
  two.phases.push_back(two.phases.front());
  two.phases.back().name = "unlearn";
  const std::string svg = svg_report(two);
  CHECK_THAT(svg, Catch::Matchers::Contains(">learn<") && Catch::Matchers::Contains(">unlearn<"));
  CHECK(bar_widths(svg).size() == 2 * bar_widths(svg_report(report())).size());
}

TEST_CASE("The picture is an SVG whose names cannot break it") {
  RunReport made = report();
  made.trace = "a<b & c";
  const std::string svg = svg_report(made);
  CHECK_THAT(svg, Catch::Matchers::StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\"") &&
                      Catch::Matchers::EndsWith("</svg>\n"));
  CHECK_THAT(svg, Catch::Matchers::Contains(">a&lt;b &amp; c on chip, seed 42<"));
}

TEST_CASE("The picture of an aged chip says so") {
  RunReport made = report();
  CHECK_THAT(svg_report(made), !Catch::Matchers::Contains("age "));
  made.age_seconds = 86'400.0;
  CHECK_THAT(svg_report(made), Catch::Matchers::Contains("age 1 d"));
}

TEST_CASE("A picture of machines that did nothing has no bars and finite positions all the same") {
  RunReport idle;
  idle.phases.emplace_back();
  const std::string svg = svg_report(idle);
  CHECK(bar_widths(svg).empty());
  for (const char* number : {"=\"nan", "=\"-nan", "=\"inf", "=\"-inf"}) CHECK(svg.find(number) == std::string::npos);
}
