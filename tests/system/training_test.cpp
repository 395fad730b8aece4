#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "models/modules/chip.hpp"
#include "sim/config/architecture.hpp"
#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/training_program.hpp"
#include "tests/support/command.hpp"
#include "tests/support/small_trace.hpp"
#include "tests/support/temporary_directory.hpp"

namespace palimpsest {
namespace {

using Json = nlohmann::json;

/// The report of the shipped chip and the trace in `trace` with further arguments.
Json report_of(const std::string& trace, const std::vector<std::string>& more) {
  const test::TemporaryDirectory directory;
  std::vector<std::string> arguments{"run", "--arch", test::shipped("arch/rm180.json"), "--trace", trace, "--quiet"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const test::CommandResult result = test::run_palimpsest(arguments, directory.path());
  CHECK(result.errors.empty());
  REQUIRE(result.exit_code == 0);
  return Json::parse(test::file_content(directory.path() / "report.json"));
}

Json small_report(const std::vector<std::string>& more) {
  const test::TemporaryDirectory directory;
  test::write_small_trace(directory.path());
  return report_of(directory.path(), more);
}

template <class Check>
void for_every_training(const Json& report, const Check& check) {
  for (const Json& phase : report.at("phases")) {
    for (const Json* machine : {&phase, &phase.at("baselines").at("rm_rewrite"), &phase.at("baselines").at("gpu")}) {
      check(machine->at("stages").at("training"));
    }
  }
}

/// Whether energies and cycles of `parts` sum to those of `whole` exactly, in any order.
void check_sum(const std::vector<Json>& parts, const Json& whole) {
  std::mt19937 order(1);
  std::vector<Json> shuffled = parts;
  for (int shuffle = 0; shuffle < 5; ++shuffle) {
    double joule = 0.0;
    double seconds = 0.0;
    std::uint64_t cycles = 0;
    for (const Json& part : shuffled) {
      joule += part.at("energy_j").get<double>();
      seconds += part.at("seconds").get<double>();
      cycles += part.at("cycles").get<std::uint64_t>();
    }
    CHECK(joule == whole.at("energy_j").get<double>());
    CHECK(cycles == whole.at("cycles").get<std::uint64_t>());
    CHECK(seconds == Approx(whole.at("seconds").get<double>()));
    std::shuffle(shuffled.begin(), shuffled.end(), order);
  }
}

std::vector<Json> values(const Json& object) { return {object.begin(), object.end()}; }

Json training_of(const Json& report, std::size_t phase, const std::string& baseline = "") {
  const Json& whole = report.at("phases").at(phase);
  return (baseline.empty() ? whole : whole.at("baselines").at(baseline)).at("stages").at("training");
}

double arrays_joule(const Json& training) { return training.at("parts").at("arrays").at("energy_j").get<double>(); }

}  // namespace

TEST_CASE("The forward passes of a training step are those of inference, plus the kept products") {
  // Training copies what inference reads by columns.
  Architecture architecture =
      read_architecture(test::shipped("arch/rm180.json"),
                        {{"/sram/activation_bits", "16"}, {"/data_path/permutation_by_address", "false"}});
  const test::TemporaryDirectory directory;
  test::write_small_trace(directory.path());
  const Trace trace = read_trace(directory.path());
  // Then adapters take as many words as in training.
  architecture.lora_unit.bits = architecture.training.gradient_bits;
  const TileMap map = map_to_tiles(trace.network, architecture);
  const ProgramContext context{architecture, trace.network, map};
  Chip chip("chip", {architecture.clock, static_cast<std::uint32_t>(map.groups.size()), architecture.tile,
                     architecture.sram, architecture.interconnect, architecture.host_port, architecture.off_chip});
  TrainingTask task;
  task.trained_adapter = &trace.adapters.at("forget");
  task.adapters = {task.trained_adapter};
  task.batch_size = 5;
  const TrainingPrograms programs = training_programs(context, task);
  const ActionCounts inference = chip.play(inference_program(context, task.adapters, 5)).counts;
  const PlayResult forward = chip.play(programs.forward);
  const PlayResult batch = chip.play(programs.batch);
  CHECK(forward.counts.lora_macs == inference.lora_macs);
  CHECK(forward.counts.adc_conversions == inference.adc_conversions);
  CHECK(forward.counts.dac_updates == inference.dac_updates);
  CHECK(forward.counts.vector_adds == inference.vector_adds);
  CHECK(forward.counts.vector_macs == inference.vector_macs);
  CHECK(forward.counts.vector_lookups == inference.vector_lookups);
  CHECK(forward.counts.vector_moves == inference.vector_moves);
  // Inference sends the scores, two words of three 16-bit values; training keeps a word in each of four rows, and what
  // the lanes behind the converters apply GELU to and the backward pass reads again: three rows of five values.
  CHECK(forward.counts.sram_read_words == inference.sram_read_words - 5 * 2);
  CHECK(forward.counts.host_words == inference.host_words - 5 * 2);
  CHECK(forward.counts.sram_write_words == inference.sram_write_words + 5 * (4 + 3 * 3));
  CHECK(forward.cycles < batch.cycles);
  CHECK(forward.counts.lora_macs < batch.counts.lora_macs);
}

TEST_CASE("The parts of every training sum to its runs and its stage exactly, in any order") {
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, {"--set", "/baselines/rm_rewrite/update=every_step"}}) {
    for_every_training(small_report(more), [](const Json& training) {
      check_sum(values(training.at("parts")), training);
      std::vector<Json> runs{training.at("parts").at("arrays")};
      std::uint64_t steps = 0;
      std::uint64_t passes = 0;
      for (const Json& run : training.at("runs")) {
        check_sum(values(run.at("parts")), run);
        for (const Json& part : run.at("parts")) CHECK(part.at("energy_j").get<double>() > 0.0);
        runs.push_back(run);
        CHECK(run.at("sample_passes").get<std::uint64_t>() ==
              run.at("steps").get<std::uint64_t>() * run.at("batch_size").get<std::uint64_t>());
        steps += run.at("steps").get<std::uint64_t>();
        passes += run.at("sample_passes").get<std::uint64_t>();
      }
      check_sum(runs, training);
      CHECK(training.at("steps") == steps);
      CHECK(training.at("sample_passes") == passes);
    });
  }
}

TEST_CASE("Training runs are told as the trace has them") {
  const Json report = small_report({});
  const Json learned = training_of(report, 0);
  REQUIRE(learned.at("runs").size() == 1);
  CHECK(learned.at("runs").at(0).at("trains") == "backbone");
  CHECK(learned.at("sample_passes") == 80);
  for (const char* machine : {"", "gpu"}) {
    const Json unlearned = training_of(report, 1, machine);
    REQUIRE(unlearned.at("runs").size() == 1);
    CHECK(unlearned.at("runs").at(0).at("adapter") == "forget");
    CHECK(unlearned.at("runs").at(0).at("steps") == 5);
    CHECK(unlearned.at("sample_passes") == 10);
  }
  CHECK(training_of(report, 1, "rm_rewrite").at("runs").at(0).at("trains") == "backbone");
}

TEST_CASE("What training does to the arrays is apart from its runs: the read-back, and writes at every step") {
  const Json once = small_report({});
  CHECK(arrays_joule(training_of(once, 1)) == 0.0);
  CHECK(arrays_joule(training_of(once, 0, "rm_rewrite")) == 0.0);
  const double read_back = arrays_joule(training_of(once, 1, "rm_rewrite"));
  CHECK(read_back > 0.0);
  CHECK(arrays_joule(training_of(once, 1, "gpu")) == 0.0);
  const Json exact = small_report({"--set", "/baselines/rm_rewrite/target=exact"});
  CHECK(arrays_joule(training_of(exact, 1, "rm_rewrite")) == 0.0);
  const Json every_step = small_report({"--set", "/baselines/rm_rewrite/update=every_step"});
  CHECK(arrays_joule(training_of(every_step, 1, "rm_rewrite")) > read_back);
}

TEST_CASE("At equal work training an adapter costs less than training all parameters") {
  const Json report = report_of(test::shipped("traces/face"), {});
  for (const std::size_t phase : {1U, 2U}) {
    const auto energy_per_pass = [](const Json& training) {
      return training.at("energy_per_sample_pass_j").get<double>();
    };
    CHECK(energy_per_pass(training_of(report, phase)) < energy_per_pass(training_of(report, phase, "rm_rewrite")));
  }
}

}  // namespace palimpsest
