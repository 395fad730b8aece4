#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "sim/report/json_report.hpp"
#include "sim/run/run.hpp"
#include "tests/support/command.hpp"
#include "tests/support/run_report.hpp"
#include "tests/support/small_trace.hpp"

namespace palimpsest {
namespace {

using Json = nlohmann::json;
using test::small_report;

const std::vector<std::string> stage_names{"training", "deployment", "inference"};

const Json& inference_of_last_phase(const Json& report) {
  return report.at("phases").back().at("stages").at("inference");
}

const Json& rewrite_of(const Json& phase) { return phase.at("baselines").at("rm_rewrite"); }

}  // namespace

TEST_CASE("The components of every stage, machine and phase sum to its energy exactly, in any order") {
  std::mt19937 order(1);
  for (const Json& report : {test::golden_face_report(), small_report({"--age", "1d"})}) {
    test::for_every_machine(report, [&](const Json& machine) {
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
}

TEST_CASE("Seconds are cycles of the clock") {
  const Json report = small_report({"--set", "/clock_period_ps=7000"});
  for (const Json& phase : report.at("phases")) {
    for (const Json* machine : {&phase, &rewrite_of(phase)}) {
      for (const std::string& stage : stage_names) {
        const Json& figures = machine->at("stages").at(stage);
        CHECK(figures.at("seconds").get<double>() == Approx(figures.at("cycles").get<double>() * 7e-9));
      }
    }
  }
}

TEST_CASE("On shipped chips the hybrid's faces stay on average within 4 points of the float network") {
  constexpr int chips = 5;
  std::map<std::string, double> lost;
  for (int seed = 1; seed <= chips; ++seed) {
    const Json report = test::face_report({"--seed", std::to_string(seed), "--baselines", "none"});
    for (const Json& phase : report.at("phases")) {
      const Json& inference = phase.at("stages").at("inference");
      for (const char* subset : {"all", "retain", "new"}) {
        if (inference.at("accuracy").at(subset).is_null()) continue;
        lost[phase.at("name").get<std::string>() + " " + subset] +=
            inference.at("float_accuracy").at(subset).get<double>() - inference.at("accuracy").at(subset).get<double>();
      }
    }
  }
  CHECK(lost.size() == 7);
  for (const auto& [figure, sum] : lost) {
    INFO(figure << ": " << sum / chips);
    CHECK(sum / chips < 0.04);
  }
}

TEST_CASE("A face is forgotten only for who keeps the adapter") {
  const Json report = test::golden_face_report();
  for (const std::size_t phase : {1U, 2U}) {
    const Json& accuracy = report.at("phases").at(phase).at("stages").at("inference").at("accuracy");
    CHECK(accuracy.at("forget").get<double>() <= 0.2);
    CHECK(accuracy.at("forget_without_adapter").get<double>() >= 0.8);
  }
}

TEST_CASE("The hybrid writes its arrays once, the rewrite baseline most of its cells in every phase") {
  const Json report = test::golden_face_report();
  const std::uint64_t cells = report.at("phases").at(0).at("stages").at("deployment").at("writes").at("rm_cells");
  CHECK(cells > 5048);
  for (const std::size_t phase : {1U, 2U}) {
    const Json& figures = report.at("phases").at(phase);
    const Json& rewrite = rewrite_of(figures).at("stages").at("deployment").at("writes");
    CHECK(figures.at("stages").at("deployment").at("writes").at("rm_cells") == 0);
    CHECK(figures.at("stages").at("deployment").at("writes").at("sram_words") > 0);
    // All but the reference cells and weights that stay.
    const std::uint64_t rewritten = rewrite.at("rm_cells");
    CHECK(rewritten < cells);
    CHECK(static_cast<double>(rewritten) > 0.85 * static_cast<double>(cells));
    CHECK(rewrite.at("rm_verify_reads") >= rewritten);
  }
}

TEST_CASE("The GPU's figure at its peak is below what it takes with launches") {
  const Json report = small_report({});
  for (const Json& phase : report.at("phases")) {
    const Json& gpu = phase.at("baselines").at("gpu");
    CHECK(gpu.at("inference_energy_at_peak_j").get<double>() > 0.0);
    CHECK(gpu.at("stages").at("inference").at("energy_j").get<double>() >
          gpu.at("inference_energy_at_peak_j").get<double>());
  }
}

// Enough samples for several chunks, cells that age, and reads that wear.
TEST_CASE("The report is the same bytes for any number of threads") {
  const auto with_threads = [](const char* threads) {
    return test::report_bytes(
        test::shipped("traces/face"),
        {"--age", "30d", "--set", "/resistive_memory/retention/read_disturb_per_read=1e-9", "--threads", threads});
  };
  CHECK(with_threads("1") == with_threads("3"));
}

TEST_CASE("The report is the same bytes on processors without fused multiply-add") {
  const std::string with = test::report_bytes(test::shipped("traces/face"), {});
  // glibc then takes the variants of its elementary functions for such processors.
  REQUIRE(::setenv("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-FMA,-AVX2", 1) == 0);
  CHECK(with == test::report_bytes(test::shipped("traces/face"), {}));
}

TEST_CASE("The report is the same bytes for any order in which modules are made") {
  const Architecture architecture = read_architecture(test::shipped("arch/rm180.json"), {});
  RunOptions options;
  options.chip.reverse_construction = true;
  const Json reversed = Json::parse(json_report(run(architecture, test::read_small_trace(), options)));
  CHECK(reversed.at("phases").dump() == small_report({}).at("phases").dump());
}

TEST_CASE("Another seed gives another report") {
  CHECK(small_report({"--seed", "2"}).at("phases") != small_report({}).at("phases"));
}

TEST_CASE("A mapping costs cells, passes and conversions") {
  const auto conversions = [](const Json& report, const char* kind) {
    return inference_of_last_phase(report).at("conversions").at(kind).get<std::uint64_t>();
  };
  const auto cells = [](const Json& report) { return report.at("phases").at(0).at("wear").at("cells"); };
  const Json plain = small_report({});
  CHECK(conversions(plain, "shift_adds") == 0);
  const Json serial = small_report({"--set", "/tile/mapping/inputs=bit_serial"});
  CHECK(conversions(serial, "dac_updates") == 8 * conversions(plain, "dac_updates"));
  CHECK(conversions(serial, "adc_conversions") == 8 * conversions(plain, "adc_conversions"));
  CHECK(conversions(serial, "shift_adds") == conversions(serial, "adc_conversions"));
  CHECK(cells(serial) == cells(plain));
  const Json pairs = small_report({"--set", "/tile/mapping/weights=differential"});
  // 9 + 20 + 15 weights; single devices have reference columns and rows as well.
  CHECK(cells(pairs) == 2 * 44);
  CHECK(conversions(pairs, "adc_conversions") == conversions(plain, "adc_conversions"));
  const Json slices = small_report({"--set", "/tile/mapping/slices=2"});
  CHECK(conversions(slices, "adc_conversions") == 2 * conversions(plain, "adc_conversions"));
  CHECK(conversions(slices, "dac_updates") == conversions(plain, "dac_updates"));
}

TEST_CASE("Without time nothing ages") {
  const Json ageless = small_report({"--set", "/resistive_memory/retention/relaxation_sigma_microsiemens=50", "--set",
                                     "/resistive_memory/retention/exponent=1", "--age", "0s"});
  CHECK(ageless.at("phases") == small_report({}).at("phases"));
}

TEST_CASE("The hybrid's arrays are one age older in every phase, the rewritten cells of the baseline are not") {
  const auto mean_age = [](const Json& machine) { return machine.at("wear").at("mean_age_seconds").get<double>(); };
  const Json phases = small_report({"--age", "1h"}).at("phases");
  for (std::size_t phase = 0; phase < 2; ++phase) {
    const double ages = 3600.0 * static_cast<double>(phase + 1);
    const double rewrite = mean_age(rewrite_of(phases.at(phase)));
    CHECK(mean_age(phases.at(phase)) == Approx(ages));
    CHECK(rewrite >= 3600.0 - 1e-6);
    CHECK((phase == 0 ? rewrite == Approx(ages) : rewrite < ages - 1.0));
  }
}

TEST_CASE("A phase that writes no cell can go on for ever, one that rewrites them cannot") {
  const Json phases = small_report({}).at("phases");
  for (const std::size_t phase : {0U, 1U}) {
    const Json& wear = phases.at(phase).at("wear");
    const Json& rewrite = rewrite_of(phases.at(phase)).at("wear");
    CHECK(wear.at("rounds_left").is_null() == (phase > 0));
    CHECK(wear.at("cells_past_endurance") == 0);
    CHECK(rewrite.at("least_rounds_left").get<double>() > 10.0);
    CHECK(rewrite.at("rounds_left").get<double>() > rewrite.at("least_rounds_left").get<double>());
    CHECK(rewrite.at("mean_pulse_count").get<double>() < rewrite.at("largest_pulse_count").get<double>());
  }
}

TEST_CASE("Writing the arrays at every step counts the pulses of the whole phase") {
  const Json report = small_report({"--set", "/baselines/rm_rewrite/update=every_step"});
  const Json& every_step = rewrite_of(report.at("phases").at(1));
  const Json& before = rewrite_of(report.at("phases").at(0));
  const Json& writes = every_step.at("stages").at("training").at("writes");
  const double cells = before.at("stages").at("deployment").at("writes").at("rm_cells").get<double>();
  const double pulses = writes.at("rm_set_pulses").get<double>() + writes.at("rm_reset_pulses").get<double>();
  CHECK(pulses > 0.0);
  CHECK(every_step.at("wear").at("mean_pulse_count").get<double>() -
            before.at("wear").at("mean_pulse_count").get<double>() ==
        Approx(pulses / cells));
}

TEST_CASE("Writing the arrays at every step costs more time and pulses than at deployment") {
  const Json once_phases = small_report({}).at("phases");
  const Json every_step_phases = small_report({"--set", "/baselines/rm_rewrite/update=every_step"}).at("phases");
  const Json& once = rewrite_of(once_phases.at(1)).at("stages");
  const Json& every_step = rewrite_of(every_step_phases.at(1)).at("stages");
  CHECK(every_step.at("training").at("writes").at("rm_verify_reads") >
        once.at("deployment").at("writes").at("rm_verify_reads"));
  const auto seconds_of_arrays = [](const Json& stages) {
    return stages.at("training").at("parts").at("arrays").at("seconds").get<double>();
  };
  CHECK(seconds_of_arrays(every_step) > seconds_of_arrays(once) + once.at("deployment").at("seconds").get<double>());
  CHECK(every_step.at("deployment").at("writes").at("rm_cells") == 0);
}

TEST_CASE("An exact rewrite does not read the arrays back before it trains") {
  const auto reads = [](const std::vector<std::string>& more) {
    const Json phases = small_report(more).at("phases");
    return rewrite_of(phases.at(1)).at("stages").at("training").at("writes").at("rm_verify_reads").get<int>();
  };
  CHECK(reads({"--set", "/baselines/rm_rewrite/target=exact"}) == 0);
  CHECK(reads({}) > 0);
}

TEST_CASE("An exact rewrite forgets and learns faces better than one on top of accumulated errors") {
  const auto accuracy = [](const Json& report) {
    return rewrite_of(report.at("phases").at(2)).at("stages").at("inference").at("accuracy");
  };
  const Json exact = accuracy(test::face_report({"--set", "/baselines/rm_rewrite/target=exact"}));
  const Json accumulated = accuracy(test::golden_face_report());
  CHECK(exact.at("new").get<double>() + exact.at("retain").get<double>() >
        accumulated.at("new").get<double>() + accumulated.at("retain").get<double>());
  CHECK(exact.at("forget").get<double>() < accumulated.at("forget").get<double>());
}

TEST_CASE("Stuck cells are given up in every write that changes their targets") {
  const auto failed = [](const Json& machine) {
    return machine.at("stages").at("deployment").at("writes").at("rm_failed_cells").get<std::uint64_t>();
  };
  const Json phases = small_report({"--set", "/resistive_memory/faults/stuck_high_share=0.3", "--set",
                                    "/baselines/rm_rewrite/target=exact"})
                          .at("phases");
  const std::uint64_t stuck = failed(phases.at(0));
  const std::uint64_t cells = phases.at(0).at("wear").at("cells");
  // Within five standard deviations of the share.
  CHECK(std::abs(static_cast<double>(stuck) - 0.3 * static_cast<double>(cells)) <
        5.0 * std::sqrt(0.21 * static_cast<double>(cells)));
  CHECK(failed(rewrite_of(phases.at(0))) == stuck);
  // Reference cells are left alone.
  const std::uint64_t again = failed(rewrite_of(phases.at(1)));
  CHECK(again > 0);
  CHECK(again < stuck);
  const Json& writes = phases.at(0).at("stages").at("deployment").at("writes");
  CHECK(writes.at("rm_set_pulses").get<std::uint64_t>() + writes.at("rm_reset_pulses").get<std::uint64_t>() >
        1000 * stuck);
  CHECK(phases.at(0).at("wear").at("largest_pulse_count") < 1000);
}

TEST_CASE("Faces' cells that lose conductance take less current, less so where they are rewritten") {
  const Json lossy =
      test::face_report({"--age", "1d", "--set", "/resistive_memory/retention/exponent=0.02"}).at("phases");
  const Json lasting = test::golden_face_report().at("phases");
  const auto crossbar = [](const Json& machine) {
    return machine.at("stages").at("inference").at("components").at("crossbar").get<double>();
  };
  const double hybrid_share = crossbar(lossy.at(2)) / crossbar(lasting.at(2));
  CHECK(crossbar(lossy.at(0)) < 0.9 * crossbar(lasting.at(0)));
  CHECK(hybrid_share < 0.9);
  CHECK(crossbar(rewrite_of(lossy.at(2))) / crossbar(rewrite_of(lasting.at(2))) > hybrid_share + 0.01);
}

TEST_CASE("Fewer ADC bits cost less energy") {
  const auto adc = [](const std::string& bits) {
    const Json report = small_report({"--set", "/tile/adc/bits=" + bits});
    return inference_of_last_phase(report).at("components").at("adc").get<double>();
  };
  CHECK(adc("6") < 0.8 * adc("8"));
}

}  // namespace palimpsest
