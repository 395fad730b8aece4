#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sim/report/run_summary.hpp"

using namespace palimpsest;
using nlohmann::json;

namespace {

json machine(double base) {
  return {
      {"stages",
       {{"training", {{"energy_per_sample_pass_j", base + 1}, {"seconds_per_sample_pass", base + 2}, {"seconds", -1}}},
        {"deployment", {{"energy_j", base + 3}, {"seconds", base + 4}}},
        {"inference",
         {{"energy_per_sample_j", base + 5},
          {"energy_j", -1},
          {"seconds_per_sample", base + 6},
          {"seconds", -1},
          {"accuracy",
           {{"retain", base + 7}, {"new", base + 8}, {"forget", base + 9}, {"forget_without_adapter", nullptr}}}}}}}};
}

JsonDocument report() {
  json phase = machine(100);
  phase["name"] = "learn";
  phase["baselines"] = {{"rm_rewrite", machine(200)}, {"gpu", machine(300)}};
  phase["baselines"]["gpu"]["stages"]["inference"]["accuracy"]["forget_without_adapter"] = 310;
  return {{{"schema", "palimpsest.report"},
           {"version", 4},
           {"task", "classify"},
           {"trace", "net"},
           {"architecture", "chip"},
           {"seed", 18'446'744'073'709'551'615U},
           {"age_seconds", 7.5},
           {"phases", json::array({phase})}},
          "report",
          ExitCode::usage_or_architecture};
}

}  // namespace

TEST_CASE("Every figure of a summary comes from its own key") {
  const RunSummary summary = run_summary(report());
  CHECK(summary.trace == "net");
  CHECK(summary.architecture == "chip");
  CHECK(summary.seed == 18'446'744'073'709'551'615U);
  CHECK(summary.age_seconds == 7.5);
  REQUIRE(summary.phases.size() == 1);
  CHECK(summary.phases[0].name == "learn");
  double base = 100;
  for (const MachineSummary& machine : summary.phases[0].machines) {
    CHECK(machine.training_joule == base + 1);
    CHECK(machine.training_seconds == base + 2);
    CHECK(machine.deployment_joule == base + 3);
    CHECK(machine.deployment_seconds == base + 4);
    CHECK(machine.inference_joule == base + 5);
    CHECK(machine.inference_seconds == base + 6);
    CHECK(machine.retain == base + 7);
    CHECK(machine.fresh == base + 8);
    CHECK(machine.forget == base + 9);
    CHECK(machine.forget_without_adapter == (base == 300 ? std::optional<double>(310) : std::nullopt));
    base += 100;
  }
}
