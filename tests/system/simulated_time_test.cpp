#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/mapping/deployment_program.hpp"
#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/training_program.hpp"
#include "sim/network/resistive_arrays.hpp"
#include "sim/run/run.hpp"
#include "sim/run/training_task.hpp"
#include "tests/support/command.hpp"
#include "tests/support/schedule.hpp"
#include "tests/support/small_trace.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/thrown_error.hpp"

namespace palimpsest {
namespace {

using Json = nlohmann::json;
using Overrides = std::vector<Override>;

struct Field {
  std::string pointer;
  std::string largest;
};

/// The fields of arch/README.md whose `unit` says that they are a time, with the ends of their ranges.
void add_fields(const std::string& heading, const std::string& units, const std::string& prefix,
                std::vector<Field>& fields) {
  std::istringstream readme(test::file_content(test::shipped("arch/README.md")));
  const std::regex row("\\| `([^`]+)` \\| (" + units + ") \\| [^|]*?\\.\\.([0-9.e]+(?:,[0-9]{3})*).*");
  std::string section;
  for (std::string line; std::getline(readme, line);) {
    if (line.compare(0, 3, "## ") == 0) section = line.substr(3);
    std::smatch parts;
    if (section != heading || !std::regex_match(line, parts, row)) continue;
    fields.push_back({prefix + parts[1].str(), std::regex_replace(parts[3].str(), std::regex(","), "")});
  }
}

/// All of them but the clock period.
std::vector<Field> times_of_an_architecture() {
  std::vector<Field> fields;
  add_fields("Architecture", "ps|ns|cycles|steps", "", fields);
  add_fields("Cell", "ns", "/resistive_memory", fields);
  REQUIRE(fields.size() == 15);
  REQUIRE(fields.front().pointer == "/clock_period_ps");
  REQUIRE(fields.front().largest == "1000000000");
  fields.erase(fields.begin());
  return fields;
}

/// Everything that has a time is there: forming, a transfer, gated banks.
Overrides everything_timed(const std::string& period_ps, const Overrides& more) {
  Overrides overrides{{"/clock_period_ps", period_ps},
                      {"/tile/sensing/kind", "integrator"},
                      {"/programmer/forming", R"({"volt": 3, "pulse_ns": 1000, "current_microampere": 100})"},
                      {"/sram/idle_leakage_share", "0.5"},
                      {"/sram/wake_cycles", "1"}};
  for (const Override& setting : more) {
    // A field is set once.
    for (auto& known : overrides) {
      if (known.pointer == setting.pointer) known.value = setting.value;
    }
    const auto same = [&setting](const Override& known) { return known.pointer == setting.pointer; };
    if (std::none_of(overrides.begin(), overrides.end(), same)) overrides.push_back(setting);
  }
  return overrides;
}

/// Cycles of the stages, by the independent schedule.
struct StageCycles {
  std::uint64_t training = 0;
  std::uint64_t deployment = 0;
  std::uint64_t inference = 0;
  std::uint64_t one_sample = 0;
};

/// The hybrid's life, with the pulses that the cells really take.
class Expected {
 public:
  Expected(const Trace& trace, const Overrides& overrides)
      : trace_(trace),
        architecture_(read_architecture(test::shipped("arch/rm180.json"), overrides)),
        map_(map_to_tiles(trace.network, architecture_)),
        config_{architecture_.clock,        static_cast<std::uint32_t>(map_.groups.size()),
                architecture_.tile,         architecture_.sram,
                architecture_.interconnect, architecture_.host_port,
                architecture_.off_chip},
        arrays_(architecture_, map_, 1) {}

  StageCycles first_phase() {
    arrays_.begin_round();
    const Method& method = trace_.phases[0].hybrid;
    DeploymentTask deployment;
    deployment.array_writes = arrays_.write(trace_.weights.at(method.weights), {});
    for (const std::string& name : trace_.network.digital_parameters()) deployment.vectors.insert(name);
    return stages(0, method, deployment);
  }

  StageCycles second_phase() const {
    const Method& method = trace_.phases[1].hybrid;
    DeploymentTask deployment;
    deployment.adapters = adapters_of(trace_, method);
    deployment.new_adapters = deployment.adapters;
    return stages(1, method, deployment);
  }

 private:
  StageCycles stages(std::size_t phase, const Method& method, const DeploymentTask& deployment) const {
    StageCycles cycles;
    cycles.deployment = played(deployment_program(context(), deployment));
    for (const TrainingRun& run : method.training) {
      const TrainingPrograms programs = training_programs(context(), training_task(trace_, method, run, false));
      cycles.training += run.steps * (played(programs.batch) + played(programs.update));
    }
    const auto samples = static_cast<std::uint32_t>(trace_.phases[phase].samples.size());
    cycles.inference = played(inference_program(context(), adapters_of(trace_, method), samples));
    cycles.one_sample = played(inference_program(context(), adapters_of(trace_, method), 1));
    return cycles;
  }

  ProgramContext context() const { return {architecture_, trace_.network, map_}; }
  std::uint64_t played(const Program& program) const { return schedule::play_clock_stepped(config_, program).cycles; }

  const Trace& trace_;
  Architecture architecture_;
  TileMap map_;
  ChipConfig config_;
  ResistiveArrays arrays_;
};

/// Runs of the small trace with fields at the ends of their ranges.
class Extremes {
 public:
  explicit Extremes(std::string period_ps) : period_ps_(std::move(period_ps)), trace_(test::read_small_trace()) {
    test::write_small_trace(directory_.path());
  }

  /// A right report.
  void check_fits(const Overrides& fields) {
    const test::CommandResult result = run(fields);
    CHECK(result.errors.empty());
    REQUIRE(result.exit_code == 0);
    check_report(fields);
  }

  /// A right report, or a refusal that tells what is needed and what there is.
  void check_fits_or_is_refused(const Overrides& fields) {
    const test::CommandResult result = run(fields);
    if (result.exit_code == 0) {
      check_report(fields);
    } else {
      check_refusal(result);
      ++refused_;
    }
  }

  int refused() const { return refused_; }

 private:
  test::CommandResult run(const Overrides& fields) const {
    std::vector<std::string> arguments{"run",     "--arch",          test::shipped("arch/rm180.json"),
                                       "--trace", directory_.path(), "--quiet"};
    for (const Override& setting : everything_timed(period_ps_, fields)) {
      UNSCOPED_INFO(setting.pointer << '=' << setting.value);
      arguments.insert(arguments.end(), {"--set", setting.pointer + "=" + setting.value});
    }
    return test::run_palimpsest(arguments, directory_.path());
  }

  void check_report(const Overrides& fields) const {
    Expected expected(trace_, everything_timed(period_ps_, fields));
    const Json phases = Json::parse(test::file_content(directory_.path() / "report.json")).at("phases");
    check_stages(phases.at(0).at("stages"), expected.first_phase());
    check_stages(phases.at(1).at("stages"), expected.second_phase());
  }

  void check_stages(const Json& stages, const StageCycles& expected) const {
    check_stage(stages.at("training"), expected.training);
    check_stage(stages.at("deployment"), expected.deployment);
    check_stage(stages.at("inference"), expected.inference);
    CHECK(stages.at("inference").at("latency_seconds").get<double>() ==
          Approx(static_cast<double>(expected.one_sample) * std::stod(period_ps_) * 1e-12));
  }

  void check_stage(const Json& stage, std::uint64_t cycles) const {
    CHECK(stage.at("cycles").get<std::uint64_t>() == cycles);
    CHECK(stage.at("seconds").get<double>() == Approx(static_cast<double>(cycles) * std::stod(period_ps_) * 1e-12));
  }

  void check_refusal(const test::CommandResult& result) const {
    CHECK(result.exit_code == 2);
    std::smatch parts;
    REQUIRE(std::regex_match(result.errors, parts,
                             std::regex("palimpsest: .*rm180\\.json: /clock_period_ps: phase .*: may take ([0-9]+) "
                                        "cycles, simulated time holds ([0-9]+) more at a period of ([0-9]+) ps\n")));
    CHECK(std::stoull(parts[1]) > std::stoull(parts[2]));
    CHECK(parts[3] == period_ps_);
  }

  std::string period_ps_;
  Trace trace_;
  test::TemporaryDirectory directory_;
  int refused_ = 0;
};

/// What `run` says of `trace`, as long as it announces no part of its work.
test::ThrownError refused_at_once(const Trace& trace, const Overrides& overrides) {
  RunOptions options;
  options.progress = [](const std::string& part, double /*share*/) { FAIL(part << " has begun"); };
  const Architecture architecture = read_architecture(test::shipped("arch/rm180.json"), overrides);
  return test::thrown_error([&] { run(architecture, trace, options); });
}

}  // namespace

TEST_CASE("A run that does not fit into simulated time is refused before it begins") {
  const test::ThrownError error =
      refused_at_once(test::read_small_trace(), {{"/clock_period_ps", "999999999"},
                                                 {"/interconnect/latency_cycles", "1000000"},
                                                 {"/host_port/cycles_per_word", "1000000"},
                                                 {"/sram/idle_leakage_share", "0.5"},
                                                 {"/sram/wake_cycles", "1000000"},
                                                 {"/sram/access_cycles", "1000000"}});
  CHECK(error.code == ExitCode::usage_or_architecture);
  CHECK_THAT(error.text, Catch::StartsWith("/clock_period_ps: phase "));
}

TEST_CASE("So is one whose GPU takes more cycles than can be counted") {
  Trace trace = test::read_small_trace();
  trace.phases[0].hybrid.training[0].steps = 10'000'000;
  const test::ThrownError error = refused_at_once(
      trace, {{"/baselines/gpu/clock/value", "100"}, {"/baselines/gpu/memory_bandwidth/value", "1e-9"}});
  CHECK(error.code == ExitCode::usage_or_architecture);
  CHECK_THAT(error.text, Catch::StartsWith("/baselines/gpu: "));
}

TEST_CASE("Every time at its largest gives the cycles of the independent schedule") {
  Extremes extremes("10000");
  for (const Field& field : times_of_an_architecture()) extremes.check_fits({{field.pointer, field.largest}});
}

TEST_CASE("So it does with the slowest clock") {
  Extremes extremes("1000000000");
  for (const Field& field : times_of_an_architecture()) extremes.check_fits({{field.pointer, field.largest}});
}

TEST_CASE("So it does with the fastest clock") {
  Extremes extremes("10");
  for (const Field& field : times_of_an_architecture()) extremes.check_fits({{field.pointer, field.largest}});
}

TEST_CASE("Where the kernel has to count every picosecond, two at their largest give a right report or a refusal") {
  Extremes extremes("999999999");
  const std::vector<Field> fields = times_of_an_architecture();
  for (std::size_t second = 0; second < fields.size(); ++second) {
    for (std::size_t first = 0; first < second; ++first)
      extremes.check_fits_or_is_refused(
          {{fields[first].pointer, fields[first].largest}, {fields[second].pointer, fields[second].largest}});
  }
  const int pairs = 13 * 12 / 2;
  CHECK(extremes.refused() < pairs / 2);
}

TEST_CASE("All at their largest together") {
  Overrides all;
  for (const Field& field : times_of_an_architecture()) all.push_back({field.pointer, field.largest});
  // A step of the LoRA unit is 1 ms long, one converter serves a tile, and all samples are in flight.
  all.push_back({"/energy/mac_delay", R"({"value": 1000, "unit": "us", "source": "none", "confidence": "W"})"});
  all.push_back({"/tile/adc/count", "1"});
  all.push_back({"/sequencer/samples_in_flight", "1024"});
  all.push_back({"/sram/banks", "256"});
  for (const char* period_ps : {"1000", "10000", "1000000000"}) Extremes(period_ps).check_fits(all);
  Extremes odd("999999999");
  odd.check_fits_or_is_refused(all);
  CHECK(odd.refused() == 1);
}

}  // namespace palimpsest
