#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/command.hpp"
#include "tests/support/small_trace.hpp"
#include "tests/support/temporary_directory.hpp"

namespace palimpsest {
namespace {

using Json = nlohmann::json;

Json stages_under_clock(const std::string& period_ps) {
  const test::TemporaryDirectory directory;
  test::write_small_trace(directory.path());
  const test::CommandResult result =
      test::run_palimpsest({"run", "--arch", test::shipped("arch/rm180.json"), "--trace", directory.path(), "--quiet",
                            "--set", "/clock_period_ps=" + period_ps},
                           directory.path());
  REQUIRE(result.exit_code == 0);
  return Json::parse(test::file_content(directory.path() / "report.json")).at("phases").back().at("stages");
}

double seconds_of(const Json& stages, const char* stage) { return stages.at(stage).at("seconds").get<double>(); }

double joule_of(const Json& stages, const char* stage, const char* component) {
  return stages.at(stage).at("components").at(component).get<double>();
}

}  // namespace

TEST_CASE("No clock makes the host's words or the multipliers faster than the energy table's blocks") {
  for (const char* period : {"10000", "1000", "100"}) {
    INFO(period << " ps");
    const Json stages = stages_under_clock(period);
    // The adapter's rows cross the edge one word after the other, 640 pJ and 7.5 ns each.
    const double words = joule_of(stages, "deployment", "host_port") / 640e-12;
    CHECK(words == Approx(2 * 1 + 5 * 1 + 2 * 2 + 3 * 1));
    CHECK(seconds_of(stages, "deployment") > words * 7.5e-9);
    // Training multiplies at 16 bits, 33.5 pJ, on 8 x 16 elements of 5 ns.
    const double macs = joule_of(stages, "training", "lora_unit") / 33.5e-12;
    CHECK(seconds_of(stages, "training") > macs / (8 * 16) * 5e-9);
  }
}

TEST_CASE("A clock beyond the blocks' delays gains only what rounding to cycles took") {
  const Json fast = stages_under_clock("1000");
  const Json faster = stages_under_clock("100");
  for (const char* stage : {"training", "deployment", "inference"}) {
    CHECK(seconds_of(faster, stage) > 0.6 * seconds_of(fast, stage));
    CHECK(joule_of(faster, stage, "sram") == joule_of(fast, stage, "sram"));
  }
}

}  // namespace palimpsest
