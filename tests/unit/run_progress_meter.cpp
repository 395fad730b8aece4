#include <Eigen/Core>
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sim/cli/progress.hpp"
#include "sim/parallel.hpp"
#include "sim/run/progress_meter.hpp"
#include "sim/run/run.hpp"
#include "tests/support/small_trace.hpp"

using namespace palimpsest;

namespace {

struct Told {
  std::vector<std::pair<std::string, double>> reports;

  ReportProgress taker() {
    return [this](const std::string& part, double share) { reports.emplace_back(part, share); };
  }
  std::vector<std::string> parts() const {
    std::vector<std::string> names;
    for (const auto& report : reports) {
      if (names.empty() || names.back() != report.first) names.push_back(report.first);
    }
    return names;
  }
  std::size_t count(const std::string& part) const {
    return static_cast<std::size_t>(
        std::count_if(reports.begin(), reports.end(), [&part](const auto& report) { return report.first == part; }));
  }
  bool is_rising() const {
    return std::is_sorted(reports.begin(), reports.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; });
  }
};

}  // namespace

TEST_CASE("More work than was estimated is all of it") {
  Told told;
  ProgressMeter meter(told.taker(), 10.0);
  meter.begin("part");
  meter.add(20.0);
  REQUIRE_FALSE(told.reports.empty());
  CHECK(told.reports.back().second == 1.0);
}

TEST_CASE("Phases after the last that is wanted are not lived through") {
  const Architecture chip = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {});
  Told told;
  RunOptions options;
  options.selection.phases = {"learn"};
  options.progress = told.taker();
  CHECK(run(chip, test::read_small_trace(), options).phases.size() == 1);
  for (const std::string& part : told.parts()) CHECK_THAT(part, !Catch::Contains("unlearn"));
}

TEST_CASE("Pieces weigh what they are estimated to take, and are done when they end") {
  Told told;
  ProgressMeter meter(told.taker(), 10.0);
  meter.begin("first");
  {
    ProgressMeter::Piece piece(meter, 4.0);
    piece.at(0.5);
    CHECK(meter.done() == Approx(2.0));
    piece.at(0.25);
    CHECK(meter.done() == Approx(2.0));
  }
  meter.begin("second");
  meter.add(6.0);
  CHECK(told.parts() == std::vector<std::string>{"first", "second"});
  CHECK(told.reports[1].second == Approx(0.2));
  CHECK(told.reports[2].second == Approx(0.4));
  CHECK(told.reports.back().second == Approx(1.0));
}

TEST_CASE("A meter reports a thousand times at most, whatever is told to it by however many threads") {
  Told told;
  constexpr std::size_t pieces = 20'000;
  ProgressMeter meter(told.taker(), pieces);
  meter.begin("all");
  parallel_for(pieces, 4, [&meter](std::size_t /*number*/) { const ProgressMeter::Piece piece(meter, 1.0); });
  CHECK(meter.done() == Approx(pieces));
  CHECK(told.reports.size() > 500);
  CHECK(told.reports.size() <= 1002);
  CHECK(told.is_rising());
}

TEST_CASE("A run tells of every phase of every machine, and of what goes on within a long play") {
  Trace trace = test::read_small_trace();
  trace.phases[0].rewrite.training[0].batch_size = 2000;
  Told told;
  RunOptions options;
  options.threads = 2;
  options.progress = told.taker();
  run(read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {}), trace, options);
  CHECK(told.parts() == std::vector<std::string>{"references", "learn, hybrid", "learn, RM rewrite", "unlearn, hybrid",
                                                 "unlearn, RM rewrite"});
  CHECK(told.is_rising());
  CHECK(told.reports.back().second > 0.998);
  CHECK(told.count("learn, RM rewrite") > 700);
}

TEST_CASE("The line of progress has percent, part and, once it means something, the time left") {
  CHECK(progress_line("learn", 0.5, 1.0) == "50 %  learn");
  CHECK(progress_line("learn", 0.001, 100.0) == "0 %  learn");
  CHECK(progress_line("learn", 0.5, 30.0) == "50 %  learn, 30 s left");
  CHECK(progress_line("learn", 0.25, 40.0) == "25 %  learn, 2 min 0 s left");
  CHECK(progress_line("learn", 0.1, 1000.0) == "10 %  learn, 2 h 30 min left");
}
