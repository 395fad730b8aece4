#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cstdint>

#include "sim/run/in_place_writes.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;

namespace {

/// Two phases of one layer of 20 x 50 weights, of which `changed` differ in the second.
Trace two_phases(Eigen::Index changed, std::uint64_t steps) {
  Trace trace;
  test::NetworkBuilder builder({1, 50});
  builder.linear(0, 20, "w", "b");
  trace.network = builder.network();
  trace.weights["first"] = {{"w", Eigen::MatrixXf::Ones(20, 50)}, {"b", Eigen::MatrixXf::Zero(1, 20)}};
  trace.weights["second"] = {{"w", Eigen::MatrixXf::Ones(20, 50)}, {"b", Eigen::MatrixXf::Ones(1, 20)}};
  trace.weights["second"]["w"].reshaped().head(changed).array() = 0.5F;
  TrainingRun run;
  run.trains_backbone = true;
  run.steps = steps;
  for (const char* weights : {"first", "second"}) {
    Phase phase;
    phase.name = std::string("to ") + weights;
    phase.rewrite.weights = weights;
    phase.rewrite.training = {run};
    trace.phases.push_back(phase);
  }
  return trace;
}

Architecture in_place() {
  Architecture architecture;
  architecture.rewrite_baseline.update = RewriteUpdate::every_step;
  return architecture;
}

}  // namespace

TEST_CASE("Writing at every step is refused beyond the bound, with steps, cells and what to do") {
  const std::uint64_t cells = 700;
  const auto fitting = static_cast<std::uint64_t>(most_in_place_writes / (700.0 + step_overhead(1000)));
  CHECK_NOTHROW(check_in_place_writes(in_place(), two_phases(cells, fitting)));
  const test::ThrownError error =
      test::thrown_error([&] { check_in_place_writes(in_place(), two_phases(cells, fitting + 1)); });
  CHECK(error.code == ExitCode::model_error);
  CHECK_THAT(error.text, Catch::Contains("phase to second") &&
                             Catch::Contains(std::to_string(fitting + 1) + " steps of 700 cells") &&
                             Catch::Contains("5e+08") && Catch::Contains("/baselines/rm_rewrite/update"));
}

TEST_CASE("The first phase, unchanged weights and writes at deployment take no steps") {
  CHECK_NOTHROW(check_in_place_writes(in_place(), two_phases(0, 1'000'000'000)));
  Architecture at_deployment;
  at_deployment.rewrite_baseline.update = RewriteUpdate::at_deployment;
  CHECK_NOTHROW(check_in_place_writes(at_deployment, two_phases(1000, 1'000'000'000)));
  Trace one = two_phases(1000, 1'000'000'000);
  one.phases.pop_back();
  CHECK_NOTHROW(check_in_place_writes(in_place(), one));
}

TEST_CASE("The steps of all runs of a phase count") {
  const auto most = static_cast<std::uint64_t>(most_in_place_writes / (700.0 + step_overhead(1000)));
  Trace trace = two_phases(700, most / 2 + 1);
  CHECK_NOTHROW(check_in_place_writes(in_place(), trace));
  trace.phases[1].rewrite.training.push_back(trace.phases[1].rewrite.training.front());
  CHECK_THROWS(check_in_place_writes(in_place(), trace));
}

TEST_CASE("A pair of devices counts twice") {
  const std::uint64_t steps = 450'000;
  Architecture pairs = in_place();
  CHECK_NOTHROW(check_in_place_writes(pairs, two_phases(700, steps)));
  pairs.tile.mapping.weights = WeightEncoding::differential;
  CHECK(test::thrown_error([&] { check_in_place_writes(pairs, two_phases(700, steps)); }).code ==
        ExitCode::model_error);
}

TEST_CASE("Each phase is compared with the one before, and the phases' writes are summed") {
  const auto most = static_cast<std::uint64_t>(most_in_place_writes / (700.0 + step_overhead(1000)));
  Trace same = two_phases(700, most);
  same.phases.push_back(same.phases.back());
  same.phases.back().name = "to second again";
  CHECK_NOTHROW(check_in_place_writes(in_place(), same));
  Trace back = two_phases(700, most / 2 + 1);
  CHECK_NOTHROW(check_in_place_writes(in_place(), back));
  back.phases.push_back(back.phases.front());
  CHECK_THAT(
      test::thrown_error([&] { check_in_place_writes(in_place(), back); }).text,
      Catch::Contains("phase to first") && Catch::Contains(std::to_string(most / 2 + 1) + " steps of 700 cells"));
}
