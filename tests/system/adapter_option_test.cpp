#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/trace/safetensors.hpp"
#include "tests/support/adapter_file.hpp"
#include "tests/support/workplace.hpp"

namespace palimpsest {
namespace {

using Json = nlohmann::json;
using Metadata = std::map<std::string, std::string>;
using test::Workplace;

/// The adapter of the small trace with other numbers.
Adapter own_adapter() {
  Adapter adapter = test::read_small_trace().adapters.at("forget");
  for (auto& [layer, pair] : adapter.layers) pair.b.array() += 0.5F;
  return adapter;
}

/// A workplace with what `palimpsest deploy` says of the chip with seed 1, in a folder that tests may fill.
struct Chip {
  Chip() {
    const test::CommandResult result =
        place.run({"deploy", "--arch", test::shipped("arch/rm180.json"), "--trace", "trace", "--phase", "unlearn",
                   "--quiet", "--json", "trace/deployment.json", "--weights", "trace/weights"});
    REQUIRE(result.exit_code == 0);
    const Metadata all = Safetensors(place.path("trace/weights")).metadata();
    for (const char* key : {"architecture_sha256", "trace_sha256", "seed"}) identity[key] = all.at(key);
  }

  void write(const std::string& name, const Adapter& adapter, const Metadata& metadata) const {
    place.directory().write(name, test::adapter_file_bytes(adapter, metadata));
  }
  Json report(std::vector<std::string> more) const {
    more.insert(more.end(), {"--quiet", "--json", "trace/report.json"});
    const test::CommandResult result = place.run_small(more);
    CHECK(result.errors.empty());
    REQUIRE(result.exit_code == 0);
    return Json::parse(test::file_content(place.path("trace/report.json")));
  }

  Workplace place;
  Metadata identity;
};

}  // namespace

TEST_CASE("The trace's own adapter in a file changes no figure, another one those of the hybrid's inference alone") {
  const Chip chip;
  const Json plain = chip.report({});
  chip.write("trace/same", test::read_small_trace().adapters.at("forget"), chip.identity);
  const Json same = chip.report({"--adapter", "forget=trace/same"});
  CHECK(same.at("phases") == plain.at("phases"));
  CHECK_FALSE(plain.at("provenance").contains("adapters"));
  CHECK(same.at("provenance").at("adapters").at("any_chip") == false);
  CHECK(same.at("provenance").at("adapters").at("files").at(0).at("place") == "forget");

  // The low-rank product is the same to the last bit.
  Adapter scaled = test::read_small_trace().adapters.at("forget");
  for (auto& [layer, pair] : scaled.layers) {
    pair.scale *= 4.0F;
    pair.b *= 0.25F;
  }
  chip.write("trace/scaled", scaled, chip.identity);
  CHECK(chip.report({"--adapter", "forget=trace/scaled"}).at("phases") == plain.at("phases"));

  chip.write("trace/its own=best", own_adapter(), chip.identity);
  const Json own = chip.report({"--adapter", "forget=trace/its own=best"});
  CHECK(own.at("phases").at(0) == plain.at("phases").at(0));
  Json found = own.at("phases").at(1);
  const Json& expected = plain.at("phases").at(1);
  CHECK(found.at("stages").at("inference").at("output_deviation") !=
        expected.at("stages").at("inference").at("output_deviation"));
  // Of the trace's references: with its own adapter.
  CHECK(found.at("stages").at("inference").at("float_accuracy") ==
        expected.at("stages").at("inference").at("float_accuracy"));
  CHECK(found.at("stages").at("deployment") == expected.at("stages").at("deployment"));
  CHECK(found.at("baselines") == expected.at("baselines"));
  CHECK(found.at("wear") == expected.at("wear"));
}

TEST_CASE("A run with adapters from files is repeated from its report, and they are told") {
  const Chip chip;
  chip.write("own file", own_adapter(), chip.identity);
  const test::CommandResult first = chip.place.run_small({"--adapter", "forget=own file", "--json", "first.json"});
  CHECK_THAT(first.output, Catch::Contains("--adapter 'forget=own file'"));
  const auto again = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"run", "--from", "first.json", "--quiet", "--json", "again.json"});
    return chip.place.run(more);
  };
  REQUIRE(again({}).exit_code == 0);
  CHECK(test::file_content(chip.place.path("again.json")) == test::file_content(chip.place.path("first.json")));
  // Another chip is named with what differs.
  const test::CommandResult other = again({"--seed", "2"});
  CHECK(other.exit_code == 3);
  CHECK_THAT(other.errors, Catch::Contains("own file: trained for another chip (seed: expected 2, got 1)"));
  CHECK(again({"--seed", "2", "--adapter-any-chip"}).exit_code == 0);
  CHECK_THAT(test::file_content(chip.place.path("again.json")), Catch::Contains("\"any_chip\": true"));
  chip.place.run({"run", "--from", "again.json", "--quiet", "--json", "third.json"});
  CHECK(test::file_content(chip.place.path("third.json")) == test::file_content(chip.place.path("again.json")));
  // A file that changed is not the one that the report tells; one that is named anew is another.
  chip.write("own file", test::read_small_trace().adapters.at("forget"), chip.identity);
  const test::CommandResult changed = again({});
  CHECK(changed.exit_code == 3);
  CHECK_THAT(changed.errors, Catch::Contains("own file: expected the file that first.json was made from"));
  CHECK(again({"--adapter", "forget=own file"}).exit_code == 0);
}

TEST_CASE("An adapter that was trained for another chip is refused with all that differs, and taken if asked for") {
  const Chip chip;
  const auto refused = [&](const Metadata& changes, const std::vector<std::string>& more, const std::string& text) {
    Metadata metadata = changes;
    metadata.insert(chip.identity.begin(), chip.identity.end());
    chip.write("trace/other", own_adapter(), metadata);
    std::vector<std::string> arguments{"--quiet", "--adapter", "forget=trace/other"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    chip.place.check_error(chip.place.run_small(arguments), 3, text);
    arguments.insert(arguments.end(), {"--adapter-any-chip", "--json", "trace/report.json"});
    CHECK(chip.place.run_small(arguments).exit_code == 0);
  };
  refused({}, {"--seed", "12"}, "trace/other: trained for another chip (seed: expected 12, got 1); palimpsest deploy");
  refused({}, {"--set", "/tile/adc/bits=7"}, "(architecture_sha256: expected ");
  refused({{"trace_sha256", "0"}, {"seed", "3"}}, {}, "(seed: expected 1, got 3; trace_sha256: expected ");
  chip.place.directory().write("trace/map.csv", "tile,row,column,state\n0,0,0,low\n");
  refused({}, {"--set", "/resistive_memory/faults/map=" + chip.place.path("trace/map.csv")},
          "; fault_map_sha256: expected ");
  chip.write("trace/none", own_adapter(), {});
  chip.place.check_error(chip.place.run_small({"--adapter", "forget=trace/none"}), 3, "seed: expected 1, got nothing");
}

TEST_CASE("What is no adapter of the trace is refused, whatever its chip") {
  const Chip chip;
  const auto refused = [&](const std::string& setting, int code, const std::string& text) {
    chip.place.check_error(chip.place.run_small({"--adapter-any-chip", "--adapter", setting}), code, text);
  };
  refused("forget", 2, "--adapter: expected NAME=FILE, got forget");
  refused("=x", 2, "--adapter: expected NAME=FILE, got =x");
  refused("forget=", 2, "--adapter: expected NAME=FILE, got forget=");
  refused("restore=x", 2, "--adapter: expected an adapter of the trace that the hybrid uses (forget), got restore");
  refused("forget=none", 3, "none: no such file");
  refused("forget=trace/trace.json", 3, "trace/trace.json: expected a header of at most 64 MiB");
  refused("forget=trace/tensors.safetensors", 3,
          "trace/tensors.safetensors: metadata: schema: expected palimpsest.adapter, got nothing");
  refused("forget=trace/weights", 3, "schema: expected palimpsest.adapter, got palimpsest.deployed_weights");
  chip.write("trace/newer", own_adapter(), {{"version", "2"}});
  refused("forget=trace/newer", 3, "trace/newer: metadata: version: expected 1, got 2");
  const auto refused_with = [&](const auto& change, const std::string& text) {
    Adapter adapter = own_adapter();
    change(adapter);
    chip.write("trace/odd", adapter, {});
    refused("forget=trace/odd", 3, "trace/odd: " + text);
  };
  refused_with([](Adapter& adapter) { adapter.name = "restore"; }, "metadata: adapter: expected forget, got restore");
  refused_with([](Adapter& adapter) { adapter.layers.erase("head"); }, "tensor head/scale: the tensor is missing");
  refused_with([](Adapter& adapter) { adapter.layers.emplace("token", adapter.layers.at("head")); },
               "tensor token/lora_A: expected lora_A, lora_B and scale of the layers of adapter forget alone");
  refused_with(
      [](Adapter& adapter) {
        LowRankPair& pair = adapter.layers.at("head");
        pair.a.conservativeResize(3, pair.a.cols());
        pair.b.conservativeResize(pair.b.rows(), 3);
      },
      "tensor head/lora_");
  refused_with([](Adapter& adapter) { adapter.layers.at("head").scale = 0.0F; },
               "tensor head/scale: expected a scale other than 0");
  chip.place.check_error(chip.place.run_small({"--adapter-any-chip"}), 2,
                         "--adapter-any-chip: expected an --adapter beside it");
  chip.place.check_error(chip.place.run_small({"--adapter", "forget=a", "--adapter", "forget=b"}), 2,
                         "--adapter: expected each adapter once, got forget again");
  chip.write("trace/own", own_adapter(), chip.identity);
  chip.place.check_error(chip.place.run_small({"--adapter", "forget=trace/own", "--scores", "trace/own"}), 2,
                         "--scores trace/own: expected another file than the input trace/own");
  Adapter beyond = own_adapter();
  for (auto& [layer, pair] : beyond.layers) pair.a.setConstant(3e38F);
  chip.write("trace/beyond", beyond, chip.identity);
  refused("forget=trace/beyond", 3,
          "/calibration: the float network overflows at operation channel, with adapters forget");
}

TEST_CASE("An adapter that the hybrid never uses is not taken from a file") {
  const Chip chip;
  chip.write("trace/own", own_adapter(), chip.identity);
  chip.report({"--adapter", "forget=trace/own"});
  std::filesystem::rename(chip.place.path("trace"), chip.place.path("other"));
  std::filesystem::create_directory(chip.place.path("trace"));
  test::TraceFiles trace = test::small_trace();
  Json& unlearn = trace.json.at("phases").at(1);
  unlearn["hybrid"] = unlearn.at("rewrite");
  trace.tensors.erase("reference/unlearn/hybrid");
  trace.write(chip.place.path("trace"));
  const auto refused = [](const test::CommandResult& result) {
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.errors,
               Catch::Contains("--adapter: expected an adapter of the trace that the hybrid uses (it uses "
                               "none), got forget"));
  };
  refused(chip.place.run_small({"--adapter", "forget=other/own"}));
  refused(chip.place.run({"run", "--from", "other/report.json", "--trace", "trace"}));
}

TEST_CASE("Runs with different adapters are not drawn as one") {
  const Chip chip;
  chip.write("trace/own", own_adapter(), chip.identity);
  chip.report({"--seed", "2"});
  std::filesystem::rename(chip.place.path("trace/report.json"), chip.place.path("trace/second.json"));
  chip.report({"--adapter", "forget=trace/own"});
  const test::CommandResult drawn = chip.place.run(
      {"draw", "--report", "trace/second.json", "--report", "trace/report.json", "--svg", "trace/picture.svg"});
  chip.place.check_error(drawn, 2, "/provenance/adapters: expected what trace/second.json has, apart from the seed");
}

}  // namespace palimpsest
