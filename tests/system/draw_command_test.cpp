#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "sim/config/source_file.hpp"
#include "tests/support/workplace.hpp"

using namespace palimpsest::test;
using nlohmann::json;

namespace {

void report(const Workplace& workplace, const std::string& name, const std::vector<std::string>& more) {
  std::vector<std::string> arguments{"--quiet", "--json", name};
  arguments.insert(arguments.end(), more.begin(), more.end());
  REQUIRE(workplace.run_small(arguments).exit_code == 0);
}

}  // namespace

TEST_CASE("Reports of several seeds are drawn as one picture that names them") {
  const Workplace workplace;
  for (const char* seed : {"1", "2", "3", "7"})
    report(workplace, std::string("trace/") + seed + ".json", {"--seed", seed, "--svg", "trace/one.svg"});
  const CommandResult one = workplace.run({"draw", "--report", "trace/7.json", "--svg", "trace/same.svg"});
  CHECK(one.errors.empty());
  REQUIRE(one.exit_code == 0);
  const auto drawn = [&workplace](const std::string& name) {
    std::string svg = file_content(workplace.path(name));
    // Its options stand in another order.
    return svg.erase(svg.find("<metadata>"), svg.find("</metadata>") - svg.find("<metadata>"));
  };
  CHECK(drawn("trace/same.svg") == drawn("trace/one.svg"));
  REQUIRE(workplace
              .run({"draw", "--report", "trace/2.json", "--report", "trace/1.json", "--report", "trace/3.json", "--svg",
                    "trace/three.svg"})
              .exit_code == 0);
  CHECK_THAT(file_content(workplace.path("trace/three.svg")),
             Catch::Contains("mean of 3 chips") && Catch::Contains(R"("seeds":[1,2,3])") &&
                 Catch::Contains("--trace trace, seeds 1..3 (version "));
  REQUIRE(workplace.run({"draw", "--report", "trace/1.json", "--report", "trace/7.json", "--svg", "trace/two.svg"})
              .exit_code == 0);
  REQUIRE(workplace.run({"draw", "--report", "trace/1.json", "--report", "trace/2.json", "--svg", "trace/near.svg"})
              .exit_code == 0);
  CHECK_THAT(file_content(workplace.path("trace/near.svg")), Catch::Contains("--trace trace, seeds 1, 2 (version "));
  CHECK_THAT(file_content(workplace.path("trace/two.svg")), Catch::Contains("mean of 2 chips") &&
                                                                Catch::Contains(R"("seeds":[1,7])") &&
                                                                Catch::Contains("--trace trace, seeds 1, 7 (version "));
}

TEST_CASE("Reports that differ in more than their seeds are not drawn together") {
  const Workplace workplace;
  report(workplace, "trace/one.json", {});
  report(workplace, "trace/seven.json", {"--seed", "7", "--set", "/tile/adc/bits=7"});
  report(workplace, "trace/aged.json", {"--seed", "8", "--age", "1h"});
  const auto refused = [&workplace](const std::vector<std::string>& files, const std::string& text) {
    std::vector<std::string> arguments{"draw", "--svg", "picture.svg"};
    for (const std::string& file : files) arguments.insert(arguments.end(), {"--report", "trace/" + file});
    workplace.check_error(workplace.run(arguments), 2, text);
  };
  refused({"one.json", "seven.json"}, "trace/seven.json: /provenance/architecture/");
  refused({"one.json", "aged.json"},
          "trace/aged.json: /provenance/options/age: expected what trace/one.json has, apart from the seed");
  refused({"one.json", "one.json"}, "trace/one.json: /seed: expected reports of different seeds, got 1 again");
  refused({"trace.json"}, "trace/trace.json: /schema: expected palimpsest.report");
  refused({}, "--report");
  workplace.check_error(workplace.run({"draw", "--report", "trace/one.json", "--svg", "trace/one.json"}), 2,
                        "--svg trace/one.json: expected another file than the input trace/one.json");
  json shorter = json::parse(file_content(workplace.path("trace/one.json")));
  shorter["seed"] = 2;
  shorter["phases"].erase(1);
  workplace.directory().write("trace/shorter.json", shorter.dump());
  refused({"one.json", "shorter.json"}, "trace/shorter.json: /phases: expected as many as trace/one.json has");
  shorter["seed"] = 2.5;
  workplace.directory().write("trace/shorter.json", shorter.dump());
  refused({"one.json", "shorter.json"}, "trace/shorter.json: /seed: expected a whole number of 64 bits");
  json broken = json::parse(file_content(workplace.path("trace/one.json")));
  broken["phases"][1]["baselines"]["gpu"]["stages"]["training"]["energy_per_sample_pass_j"] = "much";
  workplace.directory().write("trace/broken.json", broken.dump());
  refused({"broken.json"},
          "trace/broken.json: /phases/1/baselines/gpu/stages/training/energy_per_sample_pass_j: expected");
}

TEST_CASE("The documentation's pictures are of the shipped files, drawn by this version") {
  const std::string version = run_palimpsest({"--version"}, ".").output;
  std::size_t pictures = 0;
  for (const auto& entry : std::filesystem::directory_iterator(shipped("docs"))) {
    if (entry.path().extension() != ".svg") continue;
    const std::string svg = file_content(entry.path());
    const std::size_t begin = svg.find("<metadata>");
    if (begin == std::string::npos) continue;
    INFO(entry.path());
    ++pictures;
    const std::string metadata = svg.substr(begin, svg.find("</metadata>") - begin);
    CHECK_THAT(metadata, Catch::Contains("\"palimpsest\":\"" + version.substr(11, version.size() - 12) + "\""));
    for (const char* file : {"traces/face/trace.json", "arch/rm180.json", "arch/energy/cmos180.json"}) {
      const std::size_t place = metadata.find(std::string("\"file\":\"") + file);
      if (place == std::string::npos) continue;
      const std::size_t digest = metadata.find("\"sha256\":\"", place) + 10;
      CHECK(metadata.substr(digest, 64) ==
            palimpsest::source_file("", shipped(file), palimpsest::ExitCode::trace).sha256);
    }
  }
  CHECK(pictures == 4);
}
