#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "sim/report/json_report.hpp"
#include "sim/report/noise_figure.hpp"
#include "sim/report/noise_report.hpp"
#include "sim/report/nonideality_report.hpp"
#include "sim/report/number_format.hpp"
#include "sim/report/outcome_statistics.hpp"
#include "sim/report/run_figure.hpp"
#include "sim/report/text_report.hpp"
#include "tests/support/printed_table.hpp"

using namespace palimpsest;
using namespace palimpsest::test;
using nlohmann::json;

namespace {

/// Figures that are never alike.
class Figures {
 public:
  double next() { return static_cast<double>(++number_) / 1000.0; }
  Outcome outcome() { return {{}, {next(), next(), next(), next()}, {next(), next()}}; }
  OutcomeSpread spread() { return {outcome(), outcome(), outcome(), outcome()}; }

 private:
  int number_ = 0;
};

RunReport report_of(TaskKind task) {
  Figures figures;
  RunReport report;
  report.architecture = "chip";
  report.trace = "net";
  report.task = task;
  PhaseReport phase;
  phase.name = "learn";
  for (PhaseFigures* machine : {&phase.hybrid, &phase.rm_rewrite, &phase.gpu}) {
    machine->outcome = figures.outcome();
    machine->float_outcome = figures.outcome();
  }
  report.phases.push_back(phase);
  return report;
}

NoiseStudy noise_of(TaskKind task) {
  Figures figures;
  NoiseStudy study;
  study.trace = "net";
  study.task = task;
  study.settings.sigmas_microsiemens = {2.0, 4.0};
  study.phases.resize(1);
  study.phases[0].name = "learn";
  for (NoisyMethod* method : {&study.phases[0].hybrid, &study.phases[0].rewrite})
    *method = {figures.outcome(), {figures.spread(), figures.spread()}};
  return study;
}

NonidealityStudy nonidealities_of(TaskKind task) {
  Figures figures;
  NonidealityStudy study;
  study.architecture = "chip";
  study.trace = "net";
  study.task = task;
  study.phases = {"learn"};
  study.float_outcomes = {figures.outcome()};
  study.variants = {{"none", "nothing", {figures.spread()}, 0.25}, {"all", "everything", {figures.spread()}, 0.75}};
  return study;
}

const json& inference_of(const json& machine) { return machine.at("stages").at("inference"); }

void check_deviation(const json& found, const OutputDeviation& deviation) {
  CHECK(found ==
        json{{"root_mean_square", deviation.root_mean_square.value()}, {"largest", deviation.largest.value()}});
}

void check_error(const json& found, const OutputError& error) {
  CHECK(found == json{{"mean_squared_error", error.mean_squared.value()},
                      {"mean_absolute_error", error.mean_absolute.value()},
                      {"largest_absolute_error", error.largest_absolute.value()},
                      {"r_squared", error.r_squared.value()}});
}

bool tells_accuracy(const std::string& text) { return text.find("accurac") != std::string::npos; }

}  // namespace

TEST_CASE("The report of a regression has errors at their keys, and no accuracy") {
  const RunReport made = report_of(TaskKind::regress);
  const std::string text = json_report(made);
  const json found = json::parse(text);
  CHECK(found.at("task") == "regress");
  const json& phase = found.at("phases").at(0);
  const PhaseReport& phase_report = made.phases[0];
  for (const auto& [machine, figures] : {std::pair{&phase, &phase_report.hybrid},
                                         {&phase.at("baselines").at("rm_rewrite"), &phase_report.rm_rewrite},
                                         {&phase.at("baselines").at("gpu"), &phase_report.gpu}}) {
    check_error(inference_of(*machine).at("error"), figures->outcome);
    check_error(inference_of(*machine).at("float_error"), figures->float_outcome);
    check_deviation(inference_of(*machine).at("output_deviation"), figures->outcome);
  }
  for (const char* name : {"error.mean_squared_error", "error.r_squared", "float_error", "output_deviation.largest"})
    CHECK(found.at("statistics").contains(name));
  CHECK_FALSE(tells_accuracy(text));
}

TEST_CASE("The report of scores has deviations alone") {
  const RunReport made = report_of(TaskKind::score);
  const std::string text = json_report(made);
  const json found = json::parse(text);
  CHECK(found.at("task") == "score");
  check_deviation(inference_of(found.at("phases").at(0)).at("output_deviation"), made.phases[0].hybrid.outcome);
  CHECK_FALSE(inference_of(found.at("phases").at(0)).contains("error"));
  CHECK(found.at("statistics").contains("output_deviation.root_mean_square"));
  CHECK_FALSE(tells_accuracy(text));
}

TEST_CASE("The table of a regression has errors and deviations under their own headers") {
  const RunReport made = report_of(TaskKind::regress);
  const PhaseReport& phase = made.phases[0];
  const std::string text = text_report(made);
  CHECK_FALSE(tells_accuracy(text));
  const PrintedTable table(text, "error");
  REQUIRE(table.rows() == 5);
  std::size_t row = 0;
  for (const PhaseFigures* machine : {&phase.hybrid, &phase.rm_rewrite, &phase.gpu}) {
    CHECK(table.cell(row, "mean squared") == four_digits(machine->outcome.mean_squared.value()));
    CHECK(table.cell(row, "mean absolute") == four_digits(machine->outcome.mean_absolute.value()));
    CHECK(table.cell(row, "largest") == four_digits(machine->outcome.largest_absolute.value()));
    CHECK(table.cell(row, "R^2") == four_digits(machine->outcome.r_squared.value()));
    CHECK(table.cell(row, "deviation") == percent(machine->outcome.root_mean_square));
    CHECK(table.cell(row, "largest deviation") == percent(machine->outcome.largest));
    ++row;
  }
  CHECK(table.cell(3, "mean squared") == four_digits(phase.hybrid.float_outcome.mean_squared.value()));
  CHECK(table.cell(4, "mean squared") == four_digits(phase.rm_rewrite.float_outcome.mean_squared.value()));
}

TEST_CASE("The table of scores has a row for each machine and none for the float network") {
  const RunReport made = report_of(TaskKind::score);
  const std::string text = text_report(made);
  CHECK_FALSE(tells_accuracy(text));
  const PrintedTable table(text, "outputs");
  REQUIRE(table.rows() == 3);
  CHECK(table.cell(1, "deviation") == percent(made.phases[0].rm_rewrite.outcome.root_mean_square));
  CHECK(table.cell(1, "largest deviation") == percent(made.phases[0].rm_rewrite.outcome.largest));
}

TEST_CASE("Accuracies of classes have a table of their own unless there are too many") {
  RunReport made = report_of(TaskKind::classify);
  PhaseReport& phase = made.phases[0];
  phase.hybrid.outcome.by_class = {{2, 0.25}, {7, std::nullopt}};
  phase.rm_rewrite.outcome.by_class = {{2, 0.5}, {7, std::nullopt}};
  phase.gpu.outcome.by_class = {{2, 0.75}, {7, std::nullopt}};
  phase.hybrid.float_outcome.by_class = {{2, 0.85}, {7, std::nullopt}};
  phase.rm_rewrite.float_outcome.by_class = {{2, 0.95}, {7, std::nullopt}};
  const PrintedTable table(text_report(made), "accuracy by class");
  REQUIRE(table.rows() == 5);
  const std::vector<std::string> shares{"25.0 %", "50.0 %", "75.0 %", "85.0 %", "95.0 %"};
  for (std::size_t row = 0; row < shares.size(); ++row) {
    CHECK(table.cell(row, "2") == shares[row]);
    CHECK(table.cell(row, "7") == "-");
  }
  for (std::int64_t number = 0; number < 17; ++number) phase.hybrid.outcome.by_class[number] = 0.5;
  CHECK_THAT(text_report(made), !Catch::Contains("accuracy by class"));
}

TEST_CASE("The picture of a regression shows errors in the targets' unit, that of scores deviations") {
  const std::string regress = run_figure(report_of(TaskKind::regress));
  CHECK_THAT(regress, Catch::Contains(">error (the targets' unit)<") && Catch::Contains(">root mean square<") &&
                          Catch::Contains(">mean absolute<"));
  CHECK_FALSE(tells_accuracy(regress));
  const std::string score = run_figure(report_of(TaskKind::score));
  CHECK_THAT(score, Catch::Contains(">deviation from float (%)<") && Catch::Contains(">largest<"));
  CHECK_FALSE(tells_accuracy(score));
}

TEST_CASE("Dots of errors lie on an axis from zero to a little over the largest") {
  RunReport made = report_of(TaskKind::regress);
  PhaseReport& phase = made.phases[0];
  phase.hybrid.outcome.mean_squared = 4.0;
  phase.hybrid.outcome.mean_absolute = 1.0;
  made.selection.rm_rewrite = false;
  made.selection.gpu = false;
  // The panel of outcomes begins at 24 + 176 and is 236 wide; there is no other. 2 / 2.1 and 1 / 2.1 of it.
  const std::string svg = run_figure(made);
  CHECK_THAT(svg, Catch::Contains("cx=\"424.8\"") && Catch::Contains("cx=\"312.4\""));
}

TEST_CASE("The noise study of a regression has errors in JSON, table and picture") {
  const NoiseStudy study = noise_of(TaskKind::regress);
  const json found = json::parse(noise_json(study));
  CHECK(found.at("task") == "regress");
  const json& rewrite = found.at("phases").at(0).at("rewrite");
  check_error(rewrite.at("float_error"), study.phases[0].rewrite.float_outcome);
  check_error(rewrite.at("noise").at(1).at("smallest"), study.phases[0].rewrite.spreads[1].smallest);
  const PrintedTable table(noise_text(study), "sigma");
  REQUIRE(table.rows() == 6);
  CHECK(table.cell(1, "R^2") == four_digits(study.phases[0].rewrite.float_outcome.r_squared.value()));
  const OutcomeSpread& spread = study.phases[0].hybrid.spreads[1];
  CHECK(table.cell(4, "mean squared") ==
        four_digits(*spread.mean.mean_squared) + " +- " + four_digits(*spread.deviation.mean_squared) + " (" +
            four_digits(*spread.smallest.mean_squared) + ".." + four_digits(*spread.largest.mean_squared) + ")");
  const std::string svg = noise_figure(study);
  CHECK_THAT(svg, Catch::Contains(">net: error under conductance errors<") && Catch::Contains(">mean squared error<"));
  for (const std::string& text : {found.dump(), noise_text(study), svg}) CHECK_FALSE(tells_accuracy(text));
}

TEST_CASE("The noise study of scores has deviations and no row of the float network") {
  const NoiseStudy study = noise_of(TaskKind::score);
  const json found = json::parse(noise_json(study));
  const json& hybrid = found.at("phases").at(0).at("hybrid");
  CHECK_FALSE(hybrid.contains("float_output_deviation"));
  check_deviation(hybrid.at("noise").at(0).at("mean"), study.phases[0].hybrid.spreads[0].mean);
  const PrintedTable table(noise_text(study), "sigma");
  CHECK(table.rows() == 4);
  const std::string svg = noise_figure(study);
  CHECK_THAT(svg, Catch::Contains(">deviation from float (%)<"));
  for (const std::string& text : {found.dump(), noise_text(study), svg}) CHECK_FALSE(tells_accuracy(text));
}

TEST_CASE("The study of non-idealities of a regression tells mean squared errors beside the float network's") {
  const NonidealityStudy study = nonidealities_of(TaskKind::regress);
  const json found = json::parse(nonideality_json(study));
  check_error(found.at("float_error").at("learn"), study.float_outcomes[0]);
  check_error(found.at("variants").at(1).at("phases").at("learn").at("largest"), study.variants[1].phases[0].largest);
  const PrintedTable table(nonideality_text(study), "non-ideality");
  REQUIRE(table.rows() == 3);
  CHECK(table.cell(0, "non-ideality") == "float network");
  CHECK(table.cell(0, "learn") == four_digits(*study.float_outcomes[0].mean_squared));
  CHECK(table.cell(2, "learn") == four_digits(*study.variants[1].phases[0].mean.mean_squared));
  CHECK(table.cell(2, "worst") == four_digits(*study.variants[1].phases[0].largest.mean_squared));
  const std::string svg = nonideality_figure(study);
  CHECK_THAT(svg, Catch::Contains(">mean squared error of the hybrid") && Catch::Contains("grey line"));
  for (const std::string& text : {found.dump(), nonideality_text(study), svg}) CHECK_FALSE(tells_accuracy(text));
}

TEST_CASE("The study of non-idealities of scores tells deviations and draws no line of the float network") {
  const NonidealityStudy study = nonidealities_of(TaskKind::score);
  const json found = json::parse(nonideality_json(study));
  check_deviation(found.at("variants").at(0).at("phases").at("learn").at("mean"), study.variants[0].phases[0].mean);
  const PrintedTable table(nonideality_text(study), "non-ideality");
  REQUIRE(table.rows() == 2);
  CHECK(table.cell(0, "worst") == percent(study.variants[0].phases[0].largest.root_mean_square));
  const std::string svg = nonideality_figure(study);
  CHECK_THAT(svg, !Catch::Contains("grey line") && !Catch::Contains("#bbbbbb"));
  for (const std::string& text : {found.dump(), nonideality_text(study), svg}) CHECK_FALSE(tells_accuracy(text));
}
