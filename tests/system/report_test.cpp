#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "sim/report/json_report.hpp"
#include "sim/run/run.hpp"
#include "tests/support/command.hpp"
#include "tests/support/temporary_directory.hpp"

namespace palimpsest {
namespace {

using Json = nlohmann::json;

/// The report of the shipped chip and trace with further arguments.
std::string face_report(const std::vector<std::string>& more) {
  const test::TemporaryDirectory directory;
  const std::string report = directory.path() / "report.json";
  std::vector<std::string> arguments{"run",         "--arch",  "arch/rm180.json", "--trace",
                                     "traces/face", "--quiet", "--json",          report};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const test::CommandResult result = test::run_palimpsest(arguments, test::shipped("."));
  CHECK(result.errors.empty());
  CHECK(result.output.empty());
  REQUIRE(result.exit_code == 0);
  return test::file_content(report);
}

/// Whole numbers and texts have to be equal; other numbers to 1e-6, since float sums change with the compiler.
void check_close(const Json& expected, const Json& actual, const std::string& place) {
  INFO(place);
  REQUIRE(expected.type() == actual.type());
  if (expected.is_object()) {
    REQUIRE(expected.size() == actual.size());
    for (const auto& [key, value] : expected.items()) {
      REQUIRE(actual.contains(key));
      check_close(value, actual[key], place + "/" + key);
    }
  } else if (expected.is_array()) {
    REQUIRE(expected.size() == actual.size());
    for (std::size_t index = 0; index < expected.size(); ++index) {
      check_close(expected[index], actual[index], place + "/" + std::to_string(index));
    }
  } else if (expected.is_number_float()) {
    CHECK(actual.get<double>() == Approx(expected.get<double>()).epsilon(1e-6).margin(1e-30));
  } else {
    CHECK(expected == actual);
  }
}

const std::vector<std::string> stage_names{"training", "deployment", "inference"};

/// Calls `check` with every machine's part of every phase: the hybrid and both baselines.
template <class Check>
void for_every_machine(const Json& report, const Check& check) {
  for (const Json& phase : report.at("phases")) {
    check(phase);
    check(phase.at("baselines").at("rm_rewrite"));
    check(phase.at("baselines").at("gpu"));
  }
}

void check_components_sum_exactly_in_any_order(const Json& report) {
  std::mt19937 order(1);
  for_every_machine(report, [&](const Json& machine) {
    for (const std::string& stage : stage_names) {
      std::vector<double> energies;
      for (const Json& energy : machine.at("stages").at(stage).at("components")) energies.push_back(energy);
      for (int shuffle = 0; shuffle < 10; ++shuffle) {
        std::shuffle(energies.begin(), energies.end(), order);
        double sum = 0.0;
        for (const double energy : energies) sum += energy;
        CHECK(sum == machine.at("stages").at(stage).at("energy_j").get<double>());
      }
    }
  });
}

void check_seconds_are_cycles_of_the_clock(const Json& report) {
  const double period = report.at("clock_period_ps").get<double>() * 1e-12;
  for (const Json& phase : report.at("phases")) {
    for (const std::string& stage : stage_names) {
      for (const Json& machine : {phase, phase.at("baselines").at("rm_rewrite")}) {
        const Json& figures = machine.at("stages").at(stage);
        CHECK(figures.at("seconds").get<double>() == Approx(figures.at("cycles").get<double>() * period));
      }
    }
  }
}

void check_hybrid_stays_within_4_points_of_float(const Json& report) {
  for (const Json& phase : report.at("phases")) {
    const Json& inference = phase.at("stages").at("inference");
    for (const char* subset : {"all", "retain", "new"}) {
      if (inference.at("accuracy").at(subset).is_null()) continue;
      CHECK(inference.at("accuracy").at(subset).get<double>() >
            inference.at("float_accuracy").at(subset).get<double>() - 0.04);
    }
  }
}

void check_unlearning_is_only_as_good_as_the_adapter(const Json& report) {
  for (const std::size_t phase : {1U, 2U}) {
    const Json& accuracy = report.at("phases").at(phase).at("stages").at("inference").at("accuracy");
    CHECK(accuracy.at("forget").get<double>() <= 0.2);
    CHECK(accuracy.at("forget_without_adapter").get<double>() >= 0.8);
  }
}

void check_hybrid_writes_its_arrays_once(const Json& report) {
  const std::uint64_t cells = report.at("phases").at(0).at("stages").at("deployment").at("writes").at("rm_cells");
  CHECK(cells > 5048);
  for (const std::size_t phase : {1U, 2U}) {
    const Json& figures = report.at("phases").at(phase);
    const Json& rewrite = figures.at("baselines").at("rm_rewrite").at("stages").at("deployment").at("writes");
    CHECK(figures.at("stages").at("deployment").at("writes").at("rm_cells") == 0);
    CHECK(figures.at("stages").at("deployment").at("writes").at("sram_words") > 0);
    // All but the reference cells and weights that stay.
    const std::uint64_t rewritten = rewrite.at("rm_cells");
    CHECK(rewritten < cells);
    CHECK(static_cast<double>(rewritten) > 0.85 * static_cast<double>(cells));
    CHECK(rewrite.at("rm_verify_reads") >= rewritten);
  }
}

void check_gpu_reports_its_peak_figure_too(const Json& report) {
  for (const Json& phase : report.at("phases")) {
    const Json& gpu = phase.at("baselines").at("gpu");
    CHECK(gpu.at("inference_energy_at_peak_j").get<double>() > 0.0);
    CHECK(gpu.at("stages").at("inference").at("energy_j").get<double>() >
          gpu.at("inference_energy_at_peak_j").get<double>());
  }
}

/// The figures alone: not what they were made from.
Json phases_of(const std::string& report) { return Json::parse(report).at("phases"); }

}  // namespace

TEST_CASE("The face report is the golden one, and the figures agree with each other") {
  const Json report = Json::parse(face_report({}));
  check_close(Json::parse(test::file_content(test::shipped("tests/golden/face.json"))), report, "");
  check_components_sum_exactly_in_any_order(report);
  check_seconds_are_cycles_of_the_clock(report);
  check_hybrid_stays_within_4_points_of_float(report);
  check_unlearning_is_only_as_good_as_the_adapter(report);
  check_hybrid_writes_its_arrays_once(report);
  check_gpu_reports_its_peak_figure_too(report);
}

TEST_CASE("The report is the same bytes for any number of threads") {
  const std::string one = face_report({"--threads", "1"});
  CHECK(one == face_report({"--threads", "3"}));
}

TEST_CASE("The report is the same bytes on processors without fused multiply-add") {
  const std::string with = face_report({});
  // glibc then takes the variants of its elementary functions for such processors.
  REQUIRE(::setenv("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-FMA,-AVX2", 1) == 0);
  CHECK(with == face_report({}));
}

TEST_CASE("The report of an aged chip is the same bytes for any number of threads") {
  const std::vector<std::string> ageing = {"--age", "30d", "--set",
                                           "/resistive_memory/retention/read_disturb_per_read=1e-9"};
  const auto with_threads = [&](const char* threads) {
    std::vector<std::string> arguments = ageing;
    arguments.insert(arguments.end(), {"--threads", threads});
    return face_report(arguments);
  };
  CHECK(with_threads("1") == with_threads("3"));
}

TEST_CASE("A mapping costs cells, passes and conversions") {
  const auto inference = [](const Json& report) { return report.at("phases").at(2).at("stages").at("inference"); };
  const auto conversions = [&](const Json& report, const char* kind) {
    return inference(report).at("conversions").at(kind).get<std::uint64_t>();
  };
  const auto cells = [](const Json& report) { return report.at("phases").at(0).at("wear").at("cells"); };
  const Json plain = Json::parse(face_report({}));
  CHECK(conversions(plain, "shift_adds") == 0);
  const Json serial = Json::parse(face_report({"--set", "/tile/mapping/inputs=bit_serial"}));
  CHECK(conversions(serial, "dac_updates") == 8 * conversions(plain, "dac_updates"));
  CHECK(conversions(serial, "adc_conversions") == 8 * conversions(plain, "adc_conversions"));
  CHECK(conversions(serial, "shift_adds") == conversions(serial, "adc_conversions"));
  CHECK(cells(serial) == cells(plain));
  const Json pairs = Json::parse(face_report({"--set", "/tile/mapping/weights=differential"}));
  // 5,048 weights; single devices have reference columns and rows as well.
  CHECK(cells(pairs) == 2 * 5'048);
  CHECK(conversions(pairs, "adc_conversions") == conversions(plain, "adc_conversions"));
  const Json slices = Json::parse(face_report({"--set", "/tile/mapping/slices=2"}));
  CHECK(conversions(slices, "adc_conversions") == 2 * conversions(plain, "adc_conversions"));
  CHECK(conversions(slices, "dac_updates") == conversions(plain, "dac_updates"));
}

TEST_CASE("Without time nothing ages") {
  CHECK(phases_of(face_report({"--set", "/resistive_memory/retention/relaxation_sigma_microsiemens=50", "--set",
                               "/resistive_memory/retention/exponent=1", "--age", "0s"})) ==
        phases_of(face_report({})));
}

TEST_CASE("The hybrid's arrays are one age older in every phase, the rewritten cells of the baseline are not") {
  const auto mean_age = [](const Json& machine) { return machine.at("wear").at("mean_age_seconds").get<double>(); };
  const Json phases = Json::parse(face_report({"--age", "1h"})).at("phases");
  for (std::size_t phase = 0; phase < 3; ++phase) {
    const double ages = 3600.0 * static_cast<double>(phase + 1);
    const double rewrite = mean_age(phases.at(phase).at("baselines").at("rm_rewrite"));
    CHECK(mean_age(phases.at(phase)) == Approx(ages));
    CHECK(rewrite >= 3600.0 - 1e-6);
    CHECK((phase == 0 ? rewrite == Approx(ages) : rewrite < ages - 1.0));
  }
}

TEST_CASE("A phase that writes no cell can go on for ever, one that rewrites them cannot") {
  const Json phases = Json::parse(face_report({})).at("phases");
  for (const std::size_t phase : {0U, 1U, 2U}) {
    const Json& wear = phases.at(phase).at("wear");
    const Json& rewrite = phases.at(phase).at("baselines").at("rm_rewrite").at("wear");
    CHECK(wear.at("rounds_left").is_null() == (phase > 0));
    CHECK(wear.at("cells_past_endurance") == 0);
    CHECK(rewrite.at("least_rounds_left").get<double>() > 10.0);
    CHECK(rewrite.at("rounds_left").get<double>() > rewrite.at("least_rounds_left").get<double>());
    CHECK(rewrite.at("mean_pulse_count").get<double>() < rewrite.at("largest_pulse_count").get<double>());
  }
}

TEST_CASE("Writing the arrays at every step counts the pulses of the whole phase") {
  const Json report = Json::parse(face_report({"--set", "/baselines/rm_rewrite/update=every_step"}));
  const auto unlearning = [](const Json& of) { return of.at("phases").at(1).at("baselines").at("rm_rewrite"); };
  const Json every_step = unlearning(report);
  const Json before = report.at("phases").at(0).at("baselines").at("rm_rewrite");
  const Json& writes = every_step.at("stages").at("training").at("writes");
  const double cells = before.at("stages").at("deployment").at("writes").at("rm_cells").get<double>();
  const double pulses = writes.at("rm_set_pulses").get<double>() + writes.at("rm_reset_pulses").get<double>();
  CHECK(every_step.at("wear").at("mean_pulse_count").get<double>() -
            before.at("wear").at("mean_pulse_count").get<double>() ==
        Approx(pulses / cells));
}

TEST_CASE("Stuck cells are given up in every write that changes their targets") {
  const auto failed = [](const Json& machine) {
    return machine.at("stages").at("deployment").at("writes").at("rm_failed_cells").get<std::uint64_t>();
  };
  const Json phases = Json::parse(face_report({"--set", "/resistive_memory/faults/stuck_high_share=0.02", "--set",
                                               "/baselines/rm_rewrite/target=exact"}))
                          .at("phases");
  const std::uint64_t stuck = failed(phases.at(0));
  CHECK(stuck > 60);
  CHECK(stuck < 220);
  CHECK(failed(phases.at(0).at("baselines").at("rm_rewrite")) == stuck);
  // Reference cells, a twelfth of all, and the few weights that stay are left alone.
  for (const std::size_t phase : {1U, 2U}) {
    const std::uint64_t again = failed(phases.at(phase).at("baselines").at("rm_rewrite"));
    CHECK(again < stuck);
    CHECK(static_cast<double>(again) > 0.8 * static_cast<double>(stuck));
  }
  const Json& writes = phases.at(0).at("stages").at("deployment").at("writes");
  CHECK(writes.at("rm_set_pulses").get<std::uint64_t>() + writes.at("rm_reset_pulses").get<std::uint64_t>() >
        1000 * stuck);
  CHECK(phases.at(0).at("wear").at("largest_pulse_count") < 1000);
}

TEST_CASE("Cells that lose conductance take less current, less so where they are rewritten") {
  const Json lossy =
      Json::parse(face_report({"--age", "1d", "--set", "/resistive_memory/retention/exponent=0.02"})).at("phases");
  const Json lasting = Json::parse(face_report({})).at("phases");
  const auto crossbar = [](const Json& machine) {
    return machine.at("stages").at("inference").at("components").at("crossbar").get<double>();
  };
  const auto rewrite = [](const Json& phase) { return phase.at("baselines").at("rm_rewrite"); };
  const double hybrid_share = crossbar(lossy.at(2)) / crossbar(lasting.at(2));
  CHECK(crossbar(lossy.at(0)) < 0.9 * crossbar(lasting.at(0)));
  CHECK(hybrid_share < 0.9);
  CHECK(crossbar(rewrite(lossy.at(2))) / crossbar(rewrite(lasting.at(2))) > hybrid_share + 0.01);
}

TEST_CASE("The report is the same bytes for any order in which modules are made") {
  const Architecture architecture = read_architecture(test::shipped("arch/rm180.json"), {});
  const Trace trace = read_trace(test::shipped("traces/face"));
  RunOptions options;
  options.chip.reverse_construction = true;
  CHECK(phases_of(json_report(run(architecture, trace, options))) == phases_of(face_report({})));
}

TEST_CASE("Another seed gives other figures") {
  CHECK(phases_of(face_report({"--seed", "2"})) != phases_of(face_report({})));
}

TEST_CASE("Writing the arrays at every step costs more time and pulses than at deployment") {
  const auto unlearning = [](const std::vector<std::string>& more) {
    return Json::parse(face_report(more)).at("phases").at(1).at("baselines").at("rm_rewrite").at("stages");
  };
  const Json once = unlearning({});
  const Json every_step = unlearning({"--set", "/baselines/rm_rewrite/update=every_step"});
  CHECK(every_step.at("training").at("writes").at("rm_verify_reads") >
        once.at("deployment").at("writes").at("rm_verify_reads"));
  const auto seconds_of_arrays = [](const Json& stages) {
    return stages.at("training").at("parts").at("arrays").at("seconds").get<double>();
  };
  CHECK(seconds_of_arrays(every_step) > seconds_of_arrays(once) + once.at("deployment").at("seconds").get<double>());
  CHECK(every_step.at("deployment").at("writes").at("rm_cells") == 0);
}

TEST_CASE("An exact rewrite does not read the arrays back before it trains") {
  const Json report = Json::parse(face_report({"--set", "/baselines/rm_rewrite/target=exact"}));
  const Json& rewrite = report.at("phases").at(1).at("baselines").at("rm_rewrite");
  CHECK(rewrite.at("stages").at("training").at("writes").at("rm_verify_reads") == 0);
}

TEST_CASE("An exact rewrite keeps more accuracy than one on top of accumulated errors, in the mean over seeds") {
  const auto mean_accuracy = [](const std::string& target) {
    double sum = 0.0;
    for (const char* seed : {"1", "2"}) {
      const Json report = Json::parse(face_report({"--seed", seed, "--set", "/baselines/rm_rewrite/target=" + target}));
      const Json& stage = report.at("phases").at(2).at("baselines").at("rm_rewrite").at("stages").at("inference");
      sum += stage.at("accuracy").at("new").get<double>() + stage.at("accuracy").at("retain").get<double>();
    }
    return sum / 4.0;
  };
  CHECK(mean_accuracy("exact") > mean_accuracy("accumulated"));
}

TEST_CASE("Fewer ADC bits cost less energy") {
  const auto adc = [](const std::string& bits) {
    const Json report = Json::parse(face_report({"--set", "/tile/adc/bits=" + bits}));
    return report.at("phases").at(0).at("stages").at("inference").at("components").at("adc").get<double>();
  };
  CHECK(adc("6") < 0.8 * adc("8"));
}

}  // namespace palimpsest
