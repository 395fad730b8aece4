#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/workplace.hpp"

namespace palimpsest {
namespace {

using nlohmann::json;
using test::Workplace;

/// The report of the small trace with more arguments.
json report_of(const Workplace& workplace, std::vector<std::string> more) {
  more.insert(more.end(), {"--quiet", "--json", workplace.path("trace/report.json")});
  const test::CommandResult result = workplace.run_small(more);
  CHECK(result.errors.empty());
  REQUIRE(result.exit_code == 0);
  return json::parse(test::file_content(workplace.path("trace/report.json")));
}

/// Every key of `part` is in `whole` with the same value.
void check_part_of(const json& part, const json& whole, const std::string& place) {
  INFO(place);
  if (!part.is_object()) {
    CHECK(part == whole);
    return;
  }
  for (const auto& [key, value] : part.items()) {
    REQUIRE(whole.contains(key));
    check_part_of(value, whole.at(key), place + "/" + key);
  }
}

std::vector<std::string> keys(const json& object) {
  std::vector<std::string> names;
  for (const auto& entry : object.items()) names.push_back(entry.key());
  return names;
}

std::string with_commas(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

/// Runs each phase, stage and baseline alone, and compares it with the same of the whole run.
void check_every_part(const std::vector<std::string>& chip) {
  const Workplace workplace;
  const auto report = [&](std::vector<std::string> more) {
    more.insert(more.end(), chip.begin(), chip.end());
    return report_of(workplace, more);
  };
  const json whole = report({});
  REQUIRE(whole.at("phases").size() == 2);
  for (const std::string phase : {"learn", "unlearn"}) {
    const json& of_whole = whole.at("phases").at(phase == "learn" ? 0 : 1);
    for (const std::vector<std::string>& stages :
         {std::vector<std::string>{"training"}, {"deployment"}, {"inference"}, {"inference", "training"}}) {
      for (const std::string baseline : {"none", "rm_rewrite", "gpu"}) {
        const json part = report({"--phases", phase, "--stages", with_commas(stages), "--baselines", baseline});
        REQUIRE(part.at("phases").size() == 1);
        const json& played = part.at("phases").at(0);
        CHECK(played.at("name") == phase);
        CHECK(keys(played.at("stages")) == stages);
        CHECK(played.contains("wear"));
        if (baseline == "none") {
          CHECK_FALSE(played.contains("baselines"));
        } else {
          CHECK(keys(played.at("baselines")) == std::vector<std::string>{baseline});
          CHECK(keys(played.at("baselines").at(baseline).at("stages")) == stages);
        }
        check_part_of(played, of_whole, phase);
      }
    }
  }
}

}  // namespace

TEST_CASE("What is run alone has the figures of the whole run, and nothing else is in the report") {
  check_every_part({});
}

TEST_CASE("It has them too where the arrays follow every step, age and are disturbed by reads") {
  check_every_part({"--age", "30d", "--set", "/baselines/rm_rewrite/update=every_step", "--set",
                    "/resistive_memory/retention/read_disturb_per_read=1e-5"});
}

TEST_CASE("Training that is not wanted is not played") {
  const Workplace workplace;
  test::TraceFiles trace = test::small_trace();
  for (json& phase : trace.json.at("phases")) {
    for (const char* method : {"hybrid", "rewrite"}) {
      for (json& run : phase.at(method).at("training")) run["steps"] = 1'000'000'000;
      for (json& run : phase.at(method).at("training")) run["batch_size"] = 1'000'000;
    }
  }
  trace.write(workplace.path("trace"));
  const json report = report_of(workplace, {"--stages", "deployment,inference"});
  CHECK(keys(report.at("phases").at(1).at("stages")) == std::vector<std::string>{"deployment", "inference"});
}

TEST_CASE("Table and picture show what was run") {
  const Workplace workplace;
  const auto run = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"--json", workplace.path("trace/report.json"), "--svg",
                                       workplace.path("trace/picture.svg")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const test::CommandResult result = workplace.run_small(arguments);
    CHECK(result.errors.empty());
    CHECK(result.exit_code == 0);
    // What is drawn and printed, without the command, the architecture and the options.
    const std::string picture = test::file_content(workplace.path("trace/picture.svg"));
    return result.output.substr(0, result.output.find("Made by")) + picture.substr(0, picture.find("<metadata>"));
  };
  const std::string whole = run({});
  for (const char* word : {"GPU", "RM rewrite", "Phase learn", "times the hybrid", "training runs", ">forget<"})
    CHECK_THAT(whole, Catch::Contains(word));
  const std::string alone = run({"--phases", "unlearn", "--stages", "inference", "--baselines", "none"});
  for (const char* word :
       {"GPU", "rewrite", "Phase learn", "times the hybrid", "training runs", "deployment", "training</text>"})
    CHECK_THAT(alone, !Catch::Contains(word));
  CHECK_THAT(alone, Catch::Contains("Phase unlearn") && Catch::Contains(">forget<") && Catch::Contains("hybrid"));
  const std::string trained = run({"--stages", "training", "--baselines", "gpu"});
  CHECK_THAT(trained, Catch::Contains("training runs") && Catch::Contains("GPU"));
  for (const char* word : {"rewrite", ">forget<", "GPU at peak", "accuracy"})
    CHECK_THAT(trained, !Catch::Contains(word));
}

TEST_CASE("Names that there are not are refused with those that there are") {
  const Workplace workplace;
  workplace.check_error(workplace.run_small({"--phases", "learn,forget"}), 2,
                        "palimpsest: --phases: expected phases of the trace (learn, unlearn), got forget");
  workplace.check_error(workplace.run_small({"--phases", "learn,learn"}), 2, "--phases: expected each phase once");
  workplace.check_error(workplace.run_small({"--phases", ""}), 2, "--phases: expected a value, got nothing");
  workplace.check_error(workplace.run_small({"--stages", "training,play"}), 2,
                        "--stages: expected some of training,deployment,inference, with commas between them, got play");
  workplace.check_error(workplace.run_small({"--stages", "training,training"}), 2, "got training twice");
  workplace.check_error(workplace.run_small({"--stages", ""}), 2, "got nothing");
  workplace.check_error(workplace.run_small({"--baselines", "tpu"}), 2, "expected some of none,rm_rewrite,gpu");
  workplace.check_error(workplace.run_small({"--baselines", "none,gpu"}), 2, "expected none or rm_rewrite,gpu");
}

}  // namespace palimpsest
