#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "models/physics/simd/targets.hpp"
#include "tests/support/command.hpp"
#include "tests/support/run_report.hpp"
#include "tests/support/small_trace.hpp"
#include "tests/support/temporary_directory.hpp"

namespace palimpsest {
namespace {

/// Runs the small trace on `target`.
test::CommandResult run_on(const char* target, const test::TemporaryDirectory& directory) {
  test::write_small_trace(directory.path());
  REQUIRE(::setenv("PALIMPSEST_SIMD", target, 1) == 0);
  return test::run_palimpsest({"run", "--arch", test::shipped("arch/rm180.json"), "--trace", ".", "--quiet"},
                              directory.path());
}

}  // namespace

TEST_CASE("The report is the same bytes on all kinds of vector instructions, and the scalar path is told of once") {
  const std::string best = test::small_report({}).at("phases").dump();
  for (const std::string& target : simd_targets()) {
    INFO(target);
    const test::TemporaryDirectory directory;
    const test::CommandResult result = run_on(target.c_str(), directory);
    CHECK(result.exit_code == 0);
    const std::string report = test::file_content(directory.path() / "report.json");
    CHECK(nlohmann::json::parse(report).at("phases").dump() == best);
    const bool scalar = target == simd_targets().back();
    CHECK(std::count(result.errors.begin(), result.errors.end(), '\n') == (scalar ? 1 : 0));
    CHECK((result.errors.find("without fused multiply-add") != std::string::npos) == scalar);
  }
}

TEST_CASE("Vector instructions that the processor lacks are refused with those it has") {
  const test::TemporaryDirectory directory;
  const test::CommandResult result = run_on("abacus", directory);
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.errors, Catch::StartsWith("palimpsest: PALIMPSEST_SIMD: expected one of "));
  CHECK_THAT(result.errors, Catch::Contains(simd_targets().back()));
}

}  // namespace palimpsest
