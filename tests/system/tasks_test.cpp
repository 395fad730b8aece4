#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/workplace.hpp"

namespace palimpsest {
namespace {

using Json = nlohmann::json;
using test::Workplace;

void make_trace(const Workplace& workplace, TaskKind task) { test::small_trace(task).write(workplace.path("trace")); }

Json report_in(const Workplace& workplace, const std::string& name) {
  return Json::parse(test::file_content(workplace.path(name)));
}

/// Everything that a command prints, writes and draws on the trace of `task`.
std::string all_of(const Workplace& workplace, std::vector<std::string> arguments, const std::string& report) {
  arguments.insert(arguments.end(), {"--trace", "trace", "--svg", "trace/picture.svg"});
  const test::CommandResult result = workplace.run(arguments);
  CHECK(result.errors.empty());
  REQUIRE(result.exit_code == 0);
  return result.output + test::file_content(workplace.path(report)) +
         test::file_content(workplace.path("trace/picture.svg"));
}

}  // namespace

TEST_CASE("A regression is run, reported and drawn without any accuracy") {
  const Workplace workplace;
  make_trace(workplace, TaskKind::regress);
  const std::string all = all_of(workplace, {"run", "--arch", test::shipped("arch/rm180.json")}, "report.json");
  CHECK_THAT(all, !Catch::Contains("accurac"));
  const Json report = report_in(workplace, "report.json");
  CHECK(report.at("task") == "regress");
  const Json& inference = report.at("phases").at(0).at("stages").at("inference");
  // The float network misses its targets by 0.25, 0.5 and 0.
  CHECK(inference.at("float_error").at("mean_squared_error").get<double>() == Approx((0.0625 + 0.25) / 3.0));
  CHECK(inference.at("float_error").at("mean_absolute_error").get<double>() == Approx(0.25));
  CHECK(inference.at("float_error").at("largest_absolute_error").get<double>() == Approx(0.5));
  CHECK(inference.at("error").at("mean_squared_error") != inference.at("float_error").at("mean_squared_error"));
  CHECK(inference.at("output_deviation").at("root_mean_square").get<double>() > 0.0);
  const Json& gpu = report.at("phases").at(0).at("baselines").at("gpu").at("stages").at("inference");
  CHECK(gpu.at("error") == inference.at("float_error"));
  CHECK(gpu.at("output_deviation").at("largest") == 0.0);
}

TEST_CASE("Scores are run, reported and drawn with their deviation alone") {
  const Workplace workplace;
  make_trace(workplace, TaskKind::score);
  const std::string all = all_of(workplace, {"run", "--arch", test::shipped("arch/rm180.json")}, "report.json");
  CHECK_THAT(all, !Catch::Contains("accurac") && !Catch::Contains("mean_squared"));
  const Json report = report_in(workplace, "report.json");
  CHECK(report.at("phases").at(1).at("stages").at("inference").at("samples") == 3);
  const Json& deviation = report.at("phases").at(1).at("stages").at("inference").at("output_deviation");
  CHECK(deviation.at("root_mean_square").get<double>() > 0.0);
  CHECK(deviation.at("root_mean_square").get<double>() < 0.5);
}

TEST_CASE("Pictures of reports of other tasks are drawn from the reports, too") {
  const Workplace workplace;
  make_trace(workplace, TaskKind::regress);
  REQUIRE(workplace.run_small({"--quiet"}).exit_code == 0);
  REQUIRE(workplace.run({"draw", "--report", "report.json", "--svg", "trace/picture.svg"}).exit_code == 0);
  CHECK_THAT(test::file_content(workplace.path("trace/picture.svg")), Catch::Contains("error (the targets' unit)"));
}

TEST_CASE("The noise study follows the task") {
  for (const auto& [task, key] :
       {std::pair{TaskKind::regress, "mean_squared_error"}, {TaskKind::score, "root_mean_square"}}) {
    const Workplace workplace("noise.json");
    make_trace(workplace, task);
    const std::string all = all_of(workplace, {"noise", "--draws", "3", "--sigma", "0,2"}, "noise.json");
    CHECK_THAT(all, !Catch::Contains("accurac"));
    const Json noise = report_in(workplace, "noise.json").at("phases").at(1).at("hybrid").at("noise");
    const double exact = task == TaskKind::regress ? noise.at(0).at("largest").at(key).get<double>() : 0.0;
    CHECK(noise.at(0).at("mean").at(key).get<double>() == Approx(exact).margin(1e-5));
    CHECK(noise.at(1).at("deviation").at(key).get<double>() > 0.0);
  }
}

TEST_CASE("The study of non-idealities follows the task") {
  for (const auto& [task, key] :
       {std::pair{TaskKind::regress, "mean_squared_error"}, {TaskKind::score, "root_mean_square"}}) {
    const Workplace workplace("nonidealities.json");
    make_trace(workplace, task);
    const std::string all = all_of(
        workplace, {"nonidealities", "--arch", test::shipped("arch/rm180.json"), "--chips", "2"}, "nonidealities.json");
    CHECK_THAT(all, !Catch::Contains("accurac"));
    const Json report = report_in(workplace, "nonidealities.json");
    const Json& none = report.at("variants").front();
    CHECK(none.at("largest_score_error").get<double>() < 1e-5);
    const double exact = task == TaskKind::regress ? report.at("float_error").at("unlearn").at(key).get<double>() : 0.0;
    CHECK(none.at("phases").at("unlearn").at("mean").at(key).get<double>() == Approx(exact).margin(1e-4));
    CHECK(report.at("variants").back().at("phases").at("unlearn").at("mean").at(key).get<double>() > 1e-4);
  }
}

TEST_CASE("A task that only a newer version knows is the trace's error") {
  const Workplace workplace;
  test::TraceFiles files = test::small_trace(TaskKind::score);
  files.json["task"]["kind"] = "generate";
  files.write(workplace.path("trace"));
  workplace.check_error(workplace.run_small({}), 3, "/task/kind: generate is a task of a newer version");
}

}  // namespace palimpsest
