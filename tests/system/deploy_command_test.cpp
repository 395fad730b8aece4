#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/config/source_file.hpp"
#include "sim/run/run.hpp"
#include "sim/trace/safetensors.hpp"
#include "tests/support/workplace.hpp"

namespace palimpsest {
namespace {

using Json = nlohmann::json;
using test::Workplace;

const std::vector<std::pair<std::string, std::vector<std::uint64_t>>> parameters{{"channel.bias", {5}},
                                                                                 {"channel.weight", {5, 4}},
                                                                                 {"gain", {4}},
                                                                                 {"head.weight", {3, 5}},
                                                                                 {"token.weight", {3, 3}}};

Eigen::MatrixXf read(Safetensors& file, const std::string& name, const std::vector<std::uint64_t>& shape) {
  return shape.size() == 2 ? file.matrix(name, shape[0], shape[1]) : file.floats(name, shape, 1, shape[0]);
}

test::CommandResult deploy(const Workplace& workplace, std::vector<std::string> more) {
  more.insert(more.begin(), {"deploy", "--arch", test::shipped("arch/rm180.json"), "--trace", "trace"});
  return workplace.run(more);
}

/// The small trace, whose hybrid writes its arrays anew in the second phase.
void make_rewriting_trace(const Workplace& workplace) {
  test::TraceFiles trace = test::small_trace();
  Json& unlearn = trace.json.at("phases").at(1);
  unlearn["hybrid"] = unlearn.at("rewrite");
  trace.tensors.erase("reference/unlearn/hybrid");
  trace.write(workplace.path("trace"));
}

}  // namespace

TEST_CASE("Deployed weights are those that a run of the chip computes with, bit by bit, in every phase") {
  const Workplace workplace;
  make_rewriting_trace(workplace);
  const std::vector<Override> overrides{{"/resistive_memory/faults/stuck_low_share", "0.05"},
                                        {"/resistive_memory/retention", "retention/neurram.json"},
                                        {"/resistive_memory/retention/read_disturb_per_read", "1e-6"}};
  const Architecture chip = read_architecture(test::shipped("arch/rm180.json"), overrides);
  RunOptions options;
  options.seed = 7;
  options.age_seconds = 3600.0;
  std::vector<WeightSet> computed;
  options.record.weights = [&](const std::string& evaluation, std::size_t phase, const WeightSet& weights) {
    if (evaluation != "hybrid") return;
    CHECK(phase == computed.size());
    computed.push_back(weights);
  };
  run(chip, read_trace(workplace.path("trace")), options);
  REQUIRE(computed.size() == 2);
  const auto deployed = [&](const std::string& phase, const std::string& seed, const std::string& age) {
    std::vector<std::string> arguments{
        "--phase",   phase,          "--seed", seed, "--age", age, "--json", "trace/deployment.json",
        "--weights", "trace/weights"};
    for (const Override& setting : overrides) arguments.insert(arguments.end(), {"--set", setting.text()});
    const test::CommandResult result = deploy(workplace, arguments);
    CHECK(result.errors.empty());
    REQUIRE(result.exit_code == 0);
    Safetensors file(workplace.path("trace/weights"));
    WeightSet weights;
    for (const auto& [name, shape] : parameters) weights[name] = read(file, name, shape);
    file.finish();
    return weights;
  };
  CHECK(deployed("learn", "7", "1h") == computed[0]);
  CHECK(deployed("unlearn", "7", "1h") == computed[1]);
  for (const auto& [seed, age] : {std::pair{"8", "1h"}, std::pair{"7", "2h"}}) {
    const WeightSet other = deployed("unlearn", seed, age);
    CHECK(other.at("gain") == computed[1].at("gain"));
    CHECK(other.at("token.weight") != computed[1].at("token.weight"));
    CHECK(other.at("head.weight") != computed[1].at("head.weight"));
  }
}

TEST_CASE("The report tells how far the weights are from the trace's, by the written file") {
  const Workplace workplace;
  const test::CommandResult result =
      deploy(workplace, {"--phase", "unlearn", "--seed", "3", "--json", "trace/d.json", "--weights", "trace/weights"});
  CHECK(result.errors.empty());
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.output, Catch::Contains("weights of phase unlearn") && Catch::Contains("token.weight") &&
                                Catch::Contains("digital"));
  const Json report = Json::parse(test::file_content(workplace.path("trace/d.json")));
  CHECK(report.at("schema") == "palimpsest.deployment");
  Safetensors file(workplace.path("trace/weights"));
  Safetensors trace(workplace.path("trace/tensors.safetensors"));
  REQUIRE(report.at("weights").size() == parameters.size());
  for (std::size_t number = 0; number < parameters.size(); ++number) {
    const auto& [name, shape] = parameters[number];
    INFO(name);
    const Json& entry = report.at("weights").at(number);
    const Eigen::MatrixXf exact = read(trace, "weights/learned/" + name, shape);
    const Eigen::MatrixXf error = read(file, name, shape) - exact;
    CHECK(entry.at("name") == name);
    CHECK(entry.at("shape") == Json(shape));
    CHECK(entry.at("on_tiles") == (shape.size() == 2));
    CHECK(entry.at("largest").get<double>() == Approx(exact.cwiseAbs().maxCoeff()));
    CHECK(entry.at("rms_error").get<double>() ==
          Approx(error.norm() / std::sqrt(static_cast<double>(error.size()))).epsilon(1e-5));
    CHECK(entry.at("largest_error").get<double>() == Approx(error.cwiseAbs().maxCoeff()).epsilon(1e-5));
    // Cells are written to 2 uS of the 35 that the largest weight has, and read with wires between.
    if (shape.size() == 2) CHECK(entry.at("rms_error").get<double>() < 0.1 * exact.cwiseAbs().maxCoeff());
    if (shape.size() == 2) CHECK(entry.at("rms_error").get<double>() > 0.005 * exact.cwiseAbs().maxCoeff());
  }
  const auto& metadata = file.metadata();
  CHECK(metadata.at("schema") == "palimpsest.deployed_weights");
  CHECK(metadata.at("seed") == "3");
  CHECK(metadata.at("phase") == "unlearn");
  std::string digests;
  for (const char* name : {"trace.json", "tensors.safetensors"})
    digests += sha256_of(test::file_content(workplace.path(std::string("trace/") + name))) + "  " + name + "\n";
  CHECK(metadata.at("trace_sha256") == sha256_of(digests));
  CHECK(metadata.at("architecture_sha256") == report.at("provenance").at("architecture").at("effective_sha256"));
  CHECK(Json::parse(metadata.at("provenance")) == report.at("provenance"));
}

TEST_CASE("The report compares with the weights of its own phase") {
  const Workplace workplace;
  make_rewriting_trace(workplace);
  REQUIRE(deploy(workplace, {"--phase", "unlearn", "--quiet", "--json", "d.json", "--weights", "w"}).exit_code == 0);
  const Json report = Json::parse(test::file_content(workplace.path("d.json")));
  Safetensors trace(workplace.path("trace/tensors.safetensors"));
  for (const Json& entry : report.at("weights")) {
    const std::string name = entry.at("name");
    const Eigen::MatrixXf exact = read(trace, "weights/unlearned/" + name, entry.at("shape"));
    INFO(name);
    CHECK(entry.at("largest").get<double>() == Approx(exact.cwiseAbs().maxCoeff()));
    CHECK(entry.at("rms_error").get<double>() < 0.1 * exact.cwiseAbs().maxCoeff());
  }
}

TEST_CASE("What tells a chip from another has the content of its map of faulty cells") {
  const Workplace workplace;
  const auto identity = [&](const std::string& map) {
    workplace.directory().write("trace/map.csv", map);
    const std::string setting = "/resistive_memory/faults/map=" + workplace.path("trace/map.csv");
    REQUIRE(deploy(workplace, {"--phase", "learn", "--quiet", "--set", setting, "--json", "d.json", "--weights", "w"})
                .exit_code == 0);
    auto metadata = Safetensors(workplace.path("w")).metadata();
    metadata.erase("provenance");
    return metadata;
  };
  auto one = identity("tile,row,column,state\n0,0,0,low\n");
  auto other = identity("tile,row,column,state\n0,0,0,high\n");
  CHECK(other.at("fault_map_sha256") == sha256_of("tile,row,column,state\n0,0,0,high\n"));
  CHECK(one.at("fault_map_sha256") != other.at("fault_map_sha256"));
  // It is all that differs.
  one.erase("fault_map_sha256");
  other.erase("fault_map_sha256");
  CHECK(one == other);
  REQUIRE(deploy(workplace, {"--phase", "learn", "--quiet", "--json", "d.json", "--weights", "w"}).exit_code == 0);
  CHECK(Safetensors(workplace.path("w")).metadata().count("fault_map_sha256") == 0);
}

TEST_CASE("A deployment is repeated byte for byte from its report") {
  const Workplace workplace;
  REQUIRE(deploy(workplace, {"--phase", "learn", "--quiet", "--age", "1d", "--json", "d.json", "--weights", "w"})
              .exit_code == 0);
  const test::CommandResult again =
      workplace.run({"deploy", "--from", "d.json", "--quiet", "--json", "again.json", "--weights", "again"});
  CHECK(again.errors.empty());
  REQUIRE(again.exit_code == 0);
  CHECK(test::file_content(workplace.path("again.json")) == test::file_content(workplace.path("d.json")));
  CHECK(test::file_content(workplace.path("again")) == test::file_content(workplace.path("w")));
}

TEST_CASE("What cannot be deployed is refused in one line") {
  const Workplace workplace("deployment.json");
  const auto refused = [&workplace](const std::vector<std::string>& more, int code, const std::string& text) {
    workplace.check_error(deploy(workplace, more), code, text);
  };
  refused({"--weights", "w"}, 2, "--phase: expected a phase of the trace, got nothing");
  refused({"--phase", "learn"}, 2, "--weights: expected the name of a file");
  refused({"--phase", "forget", "--weights", "w"}, 2,
          "--phase: expected a phase of the trace (learn, unlearn), got forget");
  refused({"--phase", "learn", "--weights", "trace/trace.json"}, 2, "expected another file than the input");
  refused({"--phase", "learn", "--weights", "none/w"}, 1, "none/w: cannot be written");
  refused({"--phase", "learn", "--weights", "w", "--set", "/tile/count=1"}, 2, "needs 3 tiles, the chip has 1");
  refused({"--phase", "learn", "--weights", "w", "--svg", "x"}, 2, "svg");
  refused({"--phase", "learn", "--weights", "w", "--threads", "0"}, 2, "--threads: expected 1..");
  test::TraceFiles trace = test::small_trace();
  trace.tensors.at("weights/learned/gain").data[3] ^= 1;
  trace.write(workplace.path("trace"));
  refused({"--phase", "learn", "--weights", "w"}, 3, "trace/trace.json: /phases/0/hybrid/reference: expected what");
}

}  // namespace palimpsest
