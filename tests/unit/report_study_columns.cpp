#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/report/noise_report.hpp"
#include "sim/report/nonideality_report.hpp"
#include "sim/report/number_format.hpp"
#include "sim/report/programming_json.hpp"
#include "sim/report/programming_text.hpp"
#include "tests/support/distinct_studies.hpp"
#include "tests/support/printed_table.hpp"

using namespace palimpsest;
using nlohmann::json;
using test::PrintedTable;
using test::Shares;

namespace {

struct NamedAccuracy {
  const char* key;
  const char* title;
  std::optional<double> Accuracy::*member;
};

const std::vector<NamedAccuracy> accuracies{
    {"all", "all", &Accuracy::all},
    {"retain", "retain", &Accuracy::retain},
    {"forget", "forget", &Accuracy::forget},
    {"new", "new", &Accuracy::fresh},
    {"forget_without_adapter", "forget, no adapter", &Accuracy::forget_without_adapter}};

std::string hundredfold(const std::optional<double>& share) { return one_decimal(100.0 * share.value()); }

std::string spread_text(const OutcomeSpread& spread, std::optional<double> Accuracy::*member) {
  return hundredfold(spread.mean.*member) + " +- " + hundredfold(spread.deviation.*member) + " (" +
         hundredfold(spread.smallest.*member) + ".." + hundredfold(spread.largest.*member) + ") %";
}

void check_json(const json& found, const Accuracy& accuracy) {
  for (const NamedAccuracy& one : accuracies) CHECK(found.at(one.key) == (accuracy.*one.member).value());
}

void check_json(const json& found, const OutcomeSpread& spread) {
  check_json(found.at("mean"), spread.mean);
  check_json(found.at("deviation"), spread.deviation);
  check_json(found.at("smallest"), spread.smallest);
  check_json(found.at("largest"), spread.largest);
}

}  // namespace

TEST_CASE("Every accuracy of the noise study is printed under its own header and stands at its own key") {
  Shares shares;
  const NoiseStudy study = test::noise_study_of(shares);
  const NoisyPhase& phase = study.phases[0];
  const PrintedTable table(noise_text(study), "sigma");
  REQUIRE(table.rows() == 6);
  for (const NamedAccuracy& one : accuracies) {
    INFO(one.title);
    CHECK(table.cell(0, one.title) == percent(phase.hybrid.float_outcome.*one.member));
    CHECK(table.cell(1, one.title) == percent(phase.rewrite.float_outcome.*one.member));
    CHECK(table.cell(2, one.title) == spread_text(phase.hybrid.spreads[0], one.member));
    CHECK(table.cell(3, one.title) == spread_text(phase.rewrite.spreads[0], one.member));
    CHECK(table.cell(4, one.title) == spread_text(phase.hybrid.spreads[1], one.member));
    CHECK(table.cell(5, one.title) == spread_text(phase.rewrite.spreads[1], one.member));
  }
  CHECK(table.cell(3, "method") == "rewrite");
  CHECK(table.cell(4, "sigma") == "4 uS");
  const json phase_json = json::parse(noise_json(study)).at("phases").at(0);
  for (const auto& [name, method] : {std::pair{"hybrid", &phase.hybrid}, {"rewrite", &phase.rewrite}}) {
    check_json(phase_json.at(name).at("float_accuracy"), method->float_outcome);
    check_json(phase_json.at(name).at("noise").at(0), method->spreads[0]);
    check_json(phase_json.at(name).at("noise").at(1), method->spreads[1]);
  }
}

TEST_CASE("Mean and worst change of the study of non-idealities are printed under their own headers") {
  Shares shares;
  const NonidealityStudy study = test::nonideality_study_of(shares);
  const PrintedTable table(nonideality_text(study), "non-ideality");
  REQUIRE(table.rows() == 2);
  for (std::size_t row = 0; row < 2; ++row) {
    const ChipVariant& variant = study.variants[row];
    CHECK(table.cell(row, "non-ideality") == variant.name);
    for (std::size_t phase = 0; phase < 2; ++phase) {
      const double exact = study.float_outcomes[phase].all.value();
      CHECK(table.cell(row, study.phases[phase]) == signed_points(variant.phases[phase].mean.all.value() - exact));
      CHECK(table.cell(row, "worst", phase) == signed_points(variant.phases[phase].smallest.all.value() - exact));
    }
    CHECK(table.cell(row, "score error") == shortest(variant.largest_score_error));
  }
}

TEST_CASE("Every accuracy of the study of non-idealities stands at its own key") {
  Shares shares;
  const NonidealityStudy study = test::nonideality_study_of(shares);
  const json found = json::parse(nonideality_json(study));
  CHECK(found.at("seed") == 11);
  CHECK(found.at("chips") == 13);
  CHECK(found.at("age_seconds") == 86'400.0);
  for (std::size_t phase = 0; phase < 2; ++phase) {
    check_json(found.at("float_accuracy").at(study.phases[phase]), study.float_outcomes[phase]);
    for (std::size_t number = 0; number < 2; ++number) {
      const json& variant = found.at("variants").at(number);
      CHECK(variant.at("name") == study.variants[number].name);
      CHECK(variant.at("meaning") == study.variants[number].meaning);
      CHECK(variant.at("largest_score_error") == study.variants[number].largest_score_error);
      check_json(variant.at("phases").at(study.phases[phase]), study.variants[number].phases[phase]);
    }
  }
}

TEST_CASE("Every figure of the study of writing is printed under its own header") {
  const std::string text = programming_text(test::programming_report());
  const auto check = [&text](const char* first, const std::vector<std::pair<const char*, const char*>>& cells) {
    const PrintedTable table(text, first);
    REQUIRE(table.rows() == 1);
    for (const auto& [title, cell] : cells) {
      INFO(first << ", " << title);
      CHECK(table.cell(0, title) == cell);
    }
  };
  check("tolerated error", {{"tolerated error", "2.5 uS"},
                            {"cells", "101"},
                            {"failed", "102"},
                            {"mean cycles", "103.5"},
                            {"std", "104.5"},
                            {"10 %", "105"},
                            {"median", "106"},
                            {"90 %", "107"},
                            {"most", "108"},
                            {"mean energy", "109 pJ"},
                            {"mean time", "110 ns"}});
  check("single cells", {{"single cells", "cell 1"},
                         {"target", "33.5 uS"},
                         {"after", "34.5 uS"},
                         {"SET", "2"},
                         {"RESET", "1"},
                         {"largest amplitude", "1.75 V"},
                         {"largest gate", "0.875 V"},
                         {"converged", "no"}});
  check("maps", {{"maps", "UL"},
                 {"cells", "201"},
                 {"failed", "202"},
                 {"forming", "206"},
                 {"SET", "203"},
                 {"RESET", "204"},
                 {"verify", "205"},
                 {"rms error", "625 nS"},
                 {"largest error", "875 nS"},
                 {"energy", "207 nJ"},
                 {"time", "208 us"}});
  check("gate", {{"gate", "0.50 V"},
                 {"mean", "11.25 uS"},
                 {"std", "1.12 uS"},
                 {"cells' mean", "12.25 uS"},
                 {"cells' std", "2.12 uS"}});
  CHECK_THAT(text, Catch::Contains("Straight line: 70.50 uS/V, R^2 0.97, a mean at most 3.25 uS off; levels are 0.55 "
                                   "uS apart, one shot lands within 4.25 uS"));
}

TEST_CASE("Every figure of the study of writing stands at its own key") {
  const json found = json::parse(programming_json(test::programming_report()));
  const auto check = [](const json& object, const json& expected) {
    for (const auto& [key, value] : expected.items()) {
      INFO(key);
      CHECK(object.at(key) == value);
    }
  };
  check(found, {{"architecture", "chip"},
                {"energy_table", "table"},
                {"resistive_memory", "cell"},
                {"retention", "ageing"},
                {"seed", 5},
                {"tolerance_us", 1.5}});
  check(found.at("curve").at(0), {{"tolerance_us", 2.5},
                                  {"cells", 101},
                                  {"failed", 102},
                                  {"mean_cycles", 103.5},
                                  {"std_cycles", 104.5},
                                  {"tenth_cycles", 105},
                                  {"median_cycles", 106},
                                  {"nine_tenths_cycles", 107},
                                  {"most_cycles", 108},
                                  {"mean_energy_j", 109e-12},
                                  {"mean_seconds", 110e-9}});
  const json& path = found.at("trajectories").at(0);
  check(path, {{"target_us", 33.5}, {"start_us", 6.5}, {"converged", false}});
  check(path.at("pulses").at(0), {{"direction", "set"}, {"volt", 1.25}, {"gate_volt", 0.75}, {"conductance_us", 30.5}});
  check(path.at("pulses").at(1),
        {{"direction", "reset"}, {"volt", 1.75}, {"gate_volt", nullptr}, {"conductance_us", 20.5}});
  check(found.at("maps").at(0), {{"name", "UL"},
                                 {"cells", 201},
                                 {"failed", 202},
                                 {"set_pulses", 203},
                                 {"reset_pulses", 204},
                                 {"verify_reads", 205},
                                 {"forming_pulses", 206},
                                 {"energy_j", 207e-9},
                                 {"seconds", 208e-6},
                                 {"rms_error_us", 0.625},
                                 {"largest_error_us", 0.875},
                                 {"target_us", {{20.25}}},
                                 {"programmed_us", {{21.75}}},
                                 {"error_us", {{1.5}}}});
  const json& shots = found.at("single_shots");
  check(shots, {{"slope_us_per_v", 70.5},
                {"r_squared", 0.97},
                {"largest_deviation_us", 3.25},
                {"landing_deviation_us", 4.25},
                {"level_distance_us", 0.55}});
  check(shots.at("levels").at(0),
        {{"gate_volt", 0.5}, {"mean_us", 11.25}, {"std_us", 1.125}, {"cells_mean_us", 12.25}, {"cells_std_us", 2.125}});
}
