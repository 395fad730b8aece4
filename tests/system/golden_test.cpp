#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/support/command.hpp"
#include "tests/support/run_report.hpp"

namespace palimpsest {
namespace {

using Json = nlohmann::json;

struct Configuration {
  const char* name;  ///< of its file in tests/golden/small
  std::vector<std::string> settings;
  std::vector<std::string> arguments;  ///< others of the command
};

/// Together they have every mapping, both places of the backward products and every kind of rewrite.
const std::vector<Configuration> configurations{
    {"shipped", {}, {}},
    {"differential_two_pass",
     {"/tile/mapping/weights=differential", "/tile/mapping/inputs=two_pass", "/baselines/rm_rewrite/target=exact",
      "/tile/wires/driver_ohm=30", "/tile/wires/sense_ohm=70"},
     {}},
    {"differential_bipolar_digital",
     {"/tile/mapping/weights=differential", "/training/backward_products=digital",
      "/baselines/rm_rewrite/update=every_step", "/sequencer/samples_in_flight=3"},
     {}},
    {"sliced_bit_serial",
     {"/tile/mapping/slices=2", "/tile/mapping/inputs=bit_serial", "/baselines/rm_rewrite/update=every_step",
      "/baselines/rm_rewrite/target=exact", "/tile/rows=3", "/tile/columns=6", "/programmer/parallel_cells=2",
      "/tile/adc/full_scale_volt=per_layer", "/calibration/margin=0.9"},
     {"--seed", "3"}},
    {"aged_and_faulty",
     {"/resistive_memory=cells/jumping.json", "/resistive_memory/retention=retention/neurram.json",
      "/resistive_memory/retention/exponent=0.01", "/resistive_memory/retention/read_disturb_per_read=1e-6",
      "/resistive_memory/read_noise=0.04", "/resistive_memory/nonlinearity_volt=0.25",
      "/resistive_memory/faults/stuck_low_share=0.03", "/programmer/supply_volt=3.5",
      R"(/programmer/forming={"volt": 3, "pulse_ns": 10000, "current_microampere": 100})"},
     {"--age", "30d"}},
    {"integrators_and_errors",
     {"/tile/sensing/kind=integrator", "/tile/wires/ir_drop=first_order", "/tile/mapping/scale=per_write",
      "/tile/mapping/inputs=two_pass", "/tile/mapping/headroom=1.5", "/tile/dac/errors/offset_lsb=0.5",
      "/tile/dac/errors/inl_lsb=[0.5, -0.5, 0.25]", "/tile/adc/errors/noise_lsb=0.4",
      "/tile/adc/errors/gain_error=0.02", "/sram/idle_leakage_share=0.1", "/sram/wake_cycles=2"},
     {}},
};

std::string golden_file(const Configuration& configuration) {
  return test::shipped(std::string("tests/golden/small/") + configuration.name + ".json");
}

/// The phases of the small trace's report. The GPU has nothing of the chip's configuration: it stays in the first one.
Json phases_of(const Configuration& configuration) {
  std::vector<std::string> arguments = configuration.arguments;
  for (const std::string& setting : configuration.settings) arguments.insert(arguments.end(), {"--set", setting});
  Json phases = test::small_report(arguments).at("phases");
  if (&configuration == &configurations.front()) return phases;
  for (Json& phase : phases) phase.at("baselines").erase("gpu");
  return phases;
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

}  // namespace

TEST_CASE("The face report's figures are the golden ones") {
  check_close(test::golden_face_report().at("phases"), test::face_report({}).at("phases"), "");
}

TEST_CASE("The small trace's figures are the golden ones in every configuration") {
  for (const Configuration& configuration : configurations) {
    check_close(Json::parse(test::file_content(golden_file(configuration))), phases_of(configuration),
                configuration.name);
  }
}

TEST_CASE("Every golden file of the small trace has its configuration") {
  std::set<std::string> names;
  for (const Configuration& configuration : configurations) names.insert(configuration.name);
  std::set<std::string> files;
  for (const auto& file : std::filesystem::directory_iterator(test::shipped("tests/golden/small")))
    files.insert(file.path().stem());
  CHECK(files == names);
}

// Hidden: `make golden` names it.
TEST_CASE("The golden files of the small trace are written", "[.][golden]") {
  for (const Configuration& configuration : configurations)
    std::ofstream(golden_file(configuration)) << phases_of(configuration).dump(1) << '\n';
}

}  // namespace palimpsest
