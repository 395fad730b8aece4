#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/command.hpp"
#include "tests/support/temporary_directory.hpp"

namespace palimpsest {
namespace {

using nlohmann::json;

test::CommandResult run_of(const std::string& trace, const std::string& directory,
                           const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"run", "--arch", test::shipped("arch/rm180.json"), "--trace", trace, "--quiet"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return test::run_palimpsest(arguments, directory);
}

std::string case_named(const std::string& name) { return test::shipped("tests/support/cases/" + name); }

/// The report of a trace on the shipped chip.
json report_of_trace(const std::string& trace, const std::vector<std::string>& more = {}) {
  const test::TemporaryDirectory directory;
  const test::CommandResult result = run_of(trace, directory.path(), more);
  CHECK(result.errors.empty());
  REQUIRE(result.exit_code == 0);
  return json::parse(test::file_content(directory.path() / "report.json"));
}

json report_of(const std::string& name, const std::vector<std::string>& more = {}) {
  return report_of_trace(case_named(name), more);
}

/// Writes a copy of a case to `directory` in which the numbers of a tensor are `factor` times as large.
void write_scaled(const std::string& name, const std::string& tensor, float factor, const std::string& directory) {
  const std::filesystem::path from(case_named(name));
  const std::filesystem::path to(directory);
  std::filesystem::copy_file(from / "trace.json", to / "trace.json");
  std::string bytes = test::file_content((from / "tensors.safetensors").string());
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.data(), sizeof(header));
  const json offsets = json::parse(bytes.substr(sizeof(header), header)).at(tensor).at("data_offsets");
  for (std::size_t place = offsets.at(0); place < offsets.at(1).get<std::size_t>(); place += sizeof(float)) {
    char* at = bytes.data() + sizeof(header) + header + place;
    float value = 0.0F;
    std::memcpy(&value, at, sizeof(value));
    value *= factor;
    std::memcpy(at, &value, sizeof(value));
  }
  std::ofstream(to / "tensors.safetensors", std::ios::binary) << bytes;
}

const json& rewrite_of(const json& phase) { return phase.at("baselines").at("rm_rewrite"); }

const json& writes_of(const json& machine, const std::string& stage) {
  return machine.at("stages").at(stage).at("writes");
}

std::uint64_t pulses(const json& writes) {
  return writes.at("rm_set_pulses").get<std::uint64_t>() + writes.at("rm_reset_pulses").get<std::uint64_t>();
}

void check_untouched(const json& writes) {
  CHECK(writes.at("rm_cells") == 0);
  CHECK(pulses(writes) == 0);
  CHECK(writes.at("rm_verify_reads") == 0);
}

}  // namespace

TEST_CASE("Case reference-cells: a thousand steps to the weights already there read every cell once and pulse none") {
  const json report = report_of("reference-cells", {"--set", "/baselines/rm_rewrite/update=every_step"});
  const json& first = rewrite_of(report.at("phases").at(0));
  const json& second = rewrite_of(report.at("phases").at(1));
  CHECK(pulses(writes_of(first, "deployment")) > 0);
  // Training begins with the read-back of what the arrays hold.
  CHECK(writes_of(second, "training").at("rm_verify_reads") == first.at("wear").at("cells"));
  CHECK(writes_of(second, "training").at("rm_cells") == 0);
  CHECK(pulses(writes_of(second, "training")) == 0);
  check_untouched(writes_of(second, "deployment"));
  CHECK(second.at("wear").at("rounds_left").is_null());
}

TEST_CASE("Case reference-cells: with exact targets no cell is read back either") {
  const json report = report_of("reference-cells", {"--set", "/baselines/rm_rewrite/update=every_step", "--set",
                                                    "/baselines/rm_rewrite/target=exact"});
  check_untouched(writes_of(rewrite_of(report.at("phases").at(1)), "training"));
}

TEST_CASE("Case unchanged-weights: weight sets that differ in a bias deploy the bias and no cell") {
  const json report = report_of("unchanged-weights");
  const json& first = report.at("phases").at(0).at("stages").at("deployment");
  const json& second = report.at("phases").at(1).at("stages").at("deployment");
  CHECK(pulses(first.at("writes")) > 0);
  check_untouched(second.at("writes"));
  CHECK(second.at("components").at("rm_write") == 0.0);
  CHECK(second.at("components").at("rm_verify") == 0.0);
  // The bias alone comes in through the host port.
  CHECK(second.at("writes").at("sram_words") == first.at("writes").at("sram_words"));
  CHECK(second.at("writes").at("sram_words") > 0);
  CHECK(second.at("components").at("host_port") < first.at("components").at("host_port"));
}

TEST_CASE(
    "Case one-growing-weight: the kept scale clips the weight, headroom moves its cell alone, a new scale all others") {
  const auto written = [](const std::vector<std::string>& mapping) {
    std::vector<std::string> settings{"--set", "/resistive_memory/read_noise=0", "--set",
                                      "/baselines/rm_rewrite/target=exact"};
    for (const std::string& setting : mapping) settings.insert(settings.end(), {"--set", "/tile/mapping/" + setting});
    const json report = report_of("one-growing-weight", settings);
    return writes_of(rewrite_of(report.at("phases").at(1)), "deployment");
  };
  const json clipped = written({});
  check_untouched(clipped);
  CHECK(clipped.at("rm_clipped_weights") == 1);

  const json moved = written({"headroom=1.3"});
  CHECK(moved.at("rm_cells") == 1);
  CHECK(pulses(moved) > 0);
  CHECK(moved.at("rm_clipped_weights") == 0);

  // 20 x 30 weights, none of them zero; the largest stays at the window's edge.
  const json all = written({"scale=per_write"});
  CHECK(all.at("rm_cells") == 599);
  CHECK(all.at("rm_clipped_weights") == 0);
}

TEST_CASE("Case one-growing-weight: the pulses of updates in place are wear") {
  const json report = report_of("one-growing-weight", {"--set", "/baselines/rm_rewrite/update=every_step", "--set",
                                                       "/tile/mapping/headroom=1.3"});
  std::uint64_t all = 0;
  for (const json& phase : report.at("phases")) {
    for (const char* stage : {"training", "deployment"}) all += pulses(writes_of(rewrite_of(phase), stage));
  }
  const json& second = rewrite_of(report.at("phases").at(1));
  CHECK(pulses(writes_of(second, "training")) > 0);
  CHECK(pulses(writes_of(second, "deployment")) == 0);
  const json& wear = second.at("wear");
  CHECK(wear.at("mean_pulse_count").get<double>() * wear.at("cells").get<double>() ==
        Approx(static_cast<double>(all)).epsilon(1e-12));
}

TEST_CASE("Case one-growing-weight: a thousand million steps in place are refused in one line") {
  const test::TemporaryDirectory directory;
  const std::filesystem::path source = test::shipped("tests/support/cases/one-growing-weight");
  std::filesystem::copy(source, directory.path() / "trace");
  json trace = json::parse(test::file_content(source / "trace.json"));
  trace["phases"][1]["rewrite"]["training"][0]["steps"] = 1'000'000'000;
  directory.write("trace/trace.json", trace.dump());
  const test::CommandResult result =
      test::run_palimpsest({"run", "--arch", test::shipped("arch/rm180.json"), "--trace", "trace", "--quiet", "--set",
                            "/baselines/rm_rewrite/update=every_step"},
                           directory.path());
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.errors, Catch::Contains("1000000000 steps of 1 cells") && Catch::Contains("at_deployment"));
  CHECK(std::count(result.errors.begin(), result.errors.end(), '\n') == 1);
  CHECK_FALSE(std::filesystem::exists(directory.path() / "report.json"));
}

TEST_CASE("Case unchanged-weights: forming comes once, before the first write, and costs energy but no wear") {
  const json plain = report_of("unchanged-weights");
  const json formed =
      report_of("unchanged-weights",
                {"--set", R"(/programmer/forming={"volt": 3, "pulse_ns": 10000, "current_microampere": 100})"});
  const json& before = plain.at("phases").at(0).at("stages").at("deployment");
  const json& first = formed.at("phases").at(0).at("stages").at("deployment");
  const auto cells = formed.at("phases").at(0).at("wear").at("cells").get<double>();
  CHECK(first.at("writes").at("rm_forming_pulses").get<double>() == cells);
  CHECK(writes_of(formed.at("phases").at(1), "deployment").at("rm_forming_pulses") == 0);
  CHECK(formed.at("phases").at(0).at("wear") == plain.at("phases").at(0).at("wear"));
  // From 3.3 V a forming pulse draws 100 uA for 10 us, its driver charges 0.5 pF; 31 rows of 21 columns are two groups
  // each, whose word lines of 128 x 5.6 fF are opened once more. 300 uW of it for 10 us is heat in the cell.
  const double more = cells * (3.3 * 100e-6 * 10e-6 + 0.5e-12 * 3.3 * 3.3) + 62 * 128 * 5.6e-15 * 3.3 * 3.3;
  const auto component = [](const json& stage) { return stage.at("components").at("rm_write").get<double>(); };
  const auto heat = [](const json& stage) { return stage.at("dissipated_j").at("rm_write").get<double>(); };
  CHECK(component(first) - component(before) == Approx(more).epsilon(1e-9));
  CHECK(heat(first) - heat(before) == Approx(cells * 3.0 * 100e-6 * 10e-6).epsilon(1e-9));
  // Each group takes 1000 cycles of 10 ns more.
  CHECK(first.at("cycles").get<std::uint64_t>() - before.at("cycles").get<std::uint64_t>() == 62 * 1000);
}

TEST_CASE("Case tiny-weights: an array takes the energy of its voltages and conductances at any scale of the weights") {
  const std::vector<std::string> exact{"--set", "/programmer/method=exact", "--set", "/tile/wires/ir_drop=off",
                                       "--set", "/tile/tia/noise_volt=0",   "--set", "/resistive_memory/read_noise=0"};
  // V^2 G t, by hand: the inputs of the first layer are (-1, -1/2), (1, -1), (0, 1) of 0.2 V at rows of 187.5 and
  // 135 uS, references included; those of the second (-1/4, -1/2), (1, -1/4), (-1/2, 1/2) at rows of 250 uS.
  const double volt_squared = 0.2 * 0.2;
  const double microsiemens =
      187.5 * (1.0 + 1.0) + 135.0 * (0.25 + 1.0 + 1.0) + 250.0 * (0.0625 + 0.25 + 1.0 + 0.0625 + 0.25 + 0.25);
  for (const float factor : {1.0F, 1e7F, 1e37F}) {
    INFO("weights of 1e-42 times " << factor);
    const test::TemporaryDirectory scaled;
    write_scaled("tiny-weights", "weights/base/p.weight", factor, scaled.path());
    const json inference = report_of_trace(scaled.path(), exact).at("phases").at(0).at("stages").at("inference");
    CHECK(inference.at("dissipated_j").at("crossbar").get<double>() ==
          Approx(volt_squared * microsiemens * 1e-6 * 100e-9).epsilon(0.02));
  }
}

TEST_CASE("Case wrong-reference: a trace that describes another network is refused") {
  const test::TemporaryDirectory directory;
  for (const std::string command : {"run", "noise", "nonidealities"}) {
    std::vector<std::string> arguments{command, "--trace", case_named("wrong-reference"), "--quiet"};
    if (command != "noise") arguments.insert(arguments.end(), {"--arch", test::shipped("arch/rm180.json")});
    const test::CommandResult result = test::run_palimpsest(arguments, directory.path());
    CHECK(result.exit_code == 3);
    CHECK_THAT(result.errors, Catch::Matchers::Contains("/phases/0/hybrid/reference: expected what the network gives"));
  }
  CHECK(std::filesystem::is_empty(directory.path()));
}

}  // namespace palimpsest
