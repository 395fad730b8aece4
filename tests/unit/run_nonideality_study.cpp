#include <algorithm>
#include <catch2/catch.hpp>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sim/network/evaluate.hpp"
#include "sim/network/float_network.hpp"
#include "sim/report/nonideality_report.hpp"
#include "sim/run/nonidealities.hpp"
#include "sim/run/nonideality_study.hpp"
#include "tests/support/small_trace.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

Architecture chip(const std::vector<Override>& overrides = {}) {
  return read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", overrides);
}

Trace face() { return read_trace(std::string(PALIMPSEST_SOURCE_DIR) + "/traces/face"); }

NonidealitySettings two_chips(double age_seconds = 0.0) {
  NonidealitySettings settings;
  settings.chips = 2;
  settings.age_seconds = age_seconds;
  return settings;
}

constexpr double day_s = 86'400.0;

/// A chip that has every non-ideality.
Architecture stressed_chip() {
  const std::string errors =
      R"({"offset_lsb": 0.5, "gain_error": 0.01, "noise_lsb": 0.3, "inl_lsb": [0.5, -0.5, 0.5]})";
  return chip({{"/resistive_memory/faults/stuck_low_share", "0.05"},
               {"/resistive_memory/nonlinearity_volt", "0.2"},
               {"/resistive_memory/retention/read_disturb_per_read", "1e-6"},
               {"/tile/dac/errors", errors},
               {"/tile/adc/errors", errors}});
}

const ChipVariant& named(const NonidealityStudy& study, const std::string& name) {
  for (const ChipVariant& variant : study.variants) {
    if (variant.name == name) return variant;
  }
  throw std::logic_error("no variant " + name);
}

/// Largest score error of the small trace with one non-ideality of a chip alone.
double error_alone(const std::string& name, const std::vector<Override>& overrides, double age_seconds = 0.0) {
  return named(nonideality_study(chip(overrides), read_small_trace(), two_chips(age_seconds), 1), name)
      .largest_score_error;
}

/// Largest score error of an ideal chip with this mapping.
double ideal_error(const Trace& trace, const std::vector<Override>& overrides) {
  return nonideality_study(without_nonidealities(chip(overrides)), trace, two_chips(), 1)
      .variants.back()
      .largest_score_error;
}

}  // namespace

TEST_CASE("With all noises off and ideal converters the face network's scores are the float network's to 1e-5") {
  const NonidealityStudy study = nonideality_study(without_nonidealities(chip()), face(), two_chips(), 2);
  CHECK(named(study, "none").largest_score_error < 1e-5);
  CHECK(named(study, "all").largest_score_error < 1e-5);
}

TEST_CASE("Every mapping of an ideal chip gives the float network's scores") {
  const Trace trace = read_small_trace();
  for (const char* weights : {"offset", "differential"}) {
    for (const char* inputs : {"bipolar", "two_pass", "bit_serial"}) {
      INFO(weights << ", " << inputs);
      CHECK(ideal_error(trace, {{"/tile/mapping/weights", weights}, {"/tile/mapping/inputs", inputs}}) < 1e-5);
      // Slices round the weights to 16 bits.
      CHECK(ideal_error(trace, {{"/tile/mapping/weights", weights},
                                {"/tile/mapping/inputs", inputs},
                                {"/tile/mapping/slices", "4"}}) < 2e-4);
    }
  }
}

TEST_CASE("An ideal chip with all of a chip's non-idealities put back computes as that chip, in any order") {
  const Trace trace = read_small_trace();
  const Architecture real = stressed_chip();
  Architecture rebuilt = without_nonidealities(real);
  std::vector<Nonideality> backwards = nonidealities();
  std::reverse(backwards.begin(), backwards.end());
  for (const Nonideality& nonideality : backwards) nonideality.take(rebuilt, real);
  const NonidealityStudy expected = nonideality_study(real, trace, two_chips(day_s), 1);
  const NonidealityStudy actual = nonideality_study(rebuilt, trace, two_chips(day_s), 1);
  CHECK(named(actual, "all").largest_score_error == named(expected, "all").largest_score_error);
}

TEST_CASE("Each non-ideality that a chip has moves the scores") {
  const NonidealityStudy study = nonideality_study(stressed_chip(), read_small_trace(), two_chips(day_s), 1);
  CHECK(study.variants.size() == nonidealities().size() + 2);
  CHECK(named(study, "none").largest_score_error < 1e-6);
  for (const ChipVariant& variant : study.variants) {
    INFO(variant.name);
    if (variant.name != "none") CHECK(variant.largest_score_error > 1e-5);
  }
}

TEST_CASE("A non-ideality that a chip does not have moves nothing") {
  const NonidealityStudy study = nonideality_study(chip(), read_small_trace(), two_chips(), 1);
  for (const char* absent : {"faults", "ageing", "nonlinearity", "dac_errors"})
    CHECK(named(study, absent).largest_score_error == named(study, "none").largest_score_error);
}

TEST_CASE("Rounding alone is as large as the real grid's: two bits more are a quarter") {
  for (const auto& [name, bits] : {std::pair{"dac_resolution", "/tile/dac/bits"},
                                   {"adc_resolution", "/tile/adc/bits"},
                                   {"storage", "/sram/activation_bits"},
                                   {"lora_unit", "/lora_unit/bits"}}) {
    INFO(name);
    // Every value is stored, and so rounded.
    const Override all_stored{"/data_path/tile_groups", "false"};
    const double ratio = error_alone(name, {all_stored, {bits, "6"}}) / error_alone(name, {all_stored, {bits, "8"}});
    CHECK(ratio > 2.0);
    CHECK(ratio < 8.0);
  }
}

TEST_CASE("Errors of converters alone are as large as the real converters': in steps, whatever the steps are") {
  for (const char* converter : {"dac", "adc"}) {
    const std::string tile = std::string("/tile/") + converter;
    const std::string name = std::string(converter) + "_errors";
    const Override quiet{"/tile/adc/noise_volt", "0"};
    const double coarse = error_alone(name, {quiet, {tile + "/bits", "8"}, {tile + "/errors/offset_lsb", "1"}});
    // The same voltage in the finer steps of 12 bits.
    const std::string finer = std::to_string(2047.0 / 127.0);
    CHECK(error_alone(name, {quiet, {tile + "/bits", "12"}, {tile + "/errors/offset_lsb", finer}}) ==
          Approx(coarse).epsilon(1e-3));
    CHECK(error_alone(name, {quiet, {tile + "/bits", "8"}, {tile + "/errors/offset_lsb", "2"}}) ==
          Approx(2.0 * coarse).epsilon(0.2));
  }
}

TEST_CASE("A non-ideality alone does what it does on a chip that has no other") {
  // Fine converters without errors; 5 kiloohm behind every cell.
  std::vector<Override> only{{"/programmer/method", "exact"},
                             {"/resistive_memory/read_noise", "0"},
                             {"/resistive_memory/access_transistor_ohm", "5000"},
                             {"/resistive_memory/limit_high_microsiemens", "300"},
                             {"/tile/wires/ir_drop", "off"},
                             {"/tile/tia/noise_volt", "0"},
                             {"/tile/adc/noise_volt", "0"},
                             {"/tile/adc/smallest_full_scale_volt", "1e-6"},
                             {"/tile/supply_volt", "1000"},
                             {"/tile/tia/saturation_volt", "500"},
                             {"/tile/dac/bits", "20"},
                             {"/tile/adc/bits", "20"},
                             {"/sram/activation_bits", "20"},
                             {"/lora_unit/bits", "20"},
                             {"/data_path/tile_groups", "false"},
                             {"/calibration/margin", "8"}};
  const auto check = [&](const char* name, const char* pointer, const char* value, double age_seconds) {
    INFO(name);
    std::vector<Override> overrides{{pointer, value}};
    std::copy_if(only.begin(), only.end(), std::back_inserter(overrides),
                 [pointer](const Override& setting) { return setting.pointer != pointer; });
    const double alone = error_alone(name, overrides, age_seconds);
    CHECK(alone > 1e-3);
    CHECK(error_alone("all", overrides, age_seconds) == Approx(alone).epsilon(1e-2));
  };
  check("ageing", "/resistive_memory/retention/relaxation_sigma_microsiemens", "2", day_s);
  check("faults", "/resistive_memory/faults/stuck_low_share", "0.1", 0.0);
  check("nonlinearity", "/resistive_memory/nonlinearity_volt", "0.05", 0.0);
  check("wires", "/tile/wires/ir_drop", "exact", 0.0);
  check("read_noise", "/resistive_memory/read_noise", "0.02", 0.0);
  check("tia", "/tile/tia/noise_volt", "1e-3", 0.0);
  check("dac_errors", "/tile/dac/errors/gain_error", "0.02", 0.0);
}

TEST_CASE("An ideal chip cuts nothing, whatever its ranges are") {
  for (const char* margin : {"0.02", "0.4", "30"}) {
    INFO(margin);
    CHECK(error_alone("none", {{"/calibration/margin", margin}}) < 1e-5);
    CHECK(error_alone("none", {{"/calibration/margin", margin}, {"/tile/mapping/inputs", "bit_serial"}}) < 1e-4);
  }
  CHECK(error_alone("none", {{"/tile/adc/smallest_full_scale_volt", "0.02"}, {"/tile/adc/full_scale_volt", "0.02"}}) <
        1e-4);
}

TEST_CASE("The noise of verify reads belongs to writing, that of products to reading") {
  const auto noisy = [](const char* name, const char* noise) {
    return error_alone(name, {{"/resistive_memory/read_noise", noise}, {"/programmer/verify_deviations", "0"}});
  };
  CHECK(noisy("writing", "0.2") != noisy("writing", "0"));
  CHECK(noisy("read_noise", "0") < 1e-6);
  CHECK(noisy("read_noise", "0.1") == Approx(10.0 * noisy("read_noise", "0.01")).epsilon(0.3));
}

TEST_CASE("Reads disturb the cells in the study, at no age too") {
  const auto disturbed = [](const char* share) {
    return error_alone("ageing", {{"/resistive_memory/retention/read_disturb_per_read", share}});
  };
  CHECK(disturbed("0") < 1e-6);
  CHECK(disturbed("1e-6") > 1e-5);
  CHECK(disturbed("1e-5") > disturbed("1e-6"));
}

TEST_CASE("The study's figures do not depend on the number of threads") {
  const Trace trace = read_small_trace();
  const NonidealityStudy one = nonideality_study(chip(), trace, two_chips(), 1);
  const NonidealityStudy two = nonideality_study(chip(), trace, two_chips(), 2);
  for (std::size_t variant = 0; variant < one.variants.size(); ++variant)
    CHECK(one.variants[variant].largest_score_error == two.variants[variant].largest_score_error);
}

TEST_CASE("A phase in which every score of the float network is zero has no score error, and is named") {
  Trace trace = read_small_trace();
  trace.weights.at("learned").at("head.weight").setZero();
  trace.phases[0].hybrid.reference.setZero();
  trace.phases[0].rewrite.reference.setZero();
  // The adapter alone gives the scores of the second phase.
  Phase& unlearn = trace.phases[1];
  unlearn.hybrid.reference =
      float_scores(trace.network, trace.weights.at("learned"), adapters_of(trace, unlearn.hybrid),
                   network_input(trace.network, trace.test, unlearn.samples));
  const NonidealityStudy some = nonideality_study(chip(), trace, two_chips(), 1);
  CHECK(some.zero_scores == std::vector<std::string>{"learn"});
  CHECK(named(some, "all").largest_score_error > 1e-5);
  CHECK(named(some, "all").largest_score_error < 10.0);
  CHECK_THAT(nonideality_text(some),
             Catch::Contains(
                 "\nEvery output of the float network is zero in learn: the score error leaves that phase out.\n"));
  CHECK(nlohmann::json::parse(nonideality_json(some)).at("zero_scores") == nlohmann::json{"learn"});

  for (auto& [layer, pair] : trace.adapters.at("forget").layers) pair.scale = 0.0F;
  unlearn.hybrid.reference.setZero();
  const NonidealityStudy none = nonideality_study(chip(), trace, two_chips(), 1);
  CHECK(none.zero_scores == std::vector<std::string>{"learn", "unlearn"});
  const auto json = nlohmann::json::parse(nonideality_json(none));
  for (const nlohmann::json& variant : json.at("variants")) CHECK(variant.at("largest_score_error").is_null());
  CHECK_THAT(nonideality_text(none),
             !Catch::Contains("inf") && !Catch::Contains("nan") && Catch::Contains("zero in unlearn"));
}

TEST_CASE("More reads than can be counted are the trace's error") {
  Trace trace = read_small_trace();
  trace.phases[1].hybrid.training[0].steps = std::uint64_t{1} << 60U;
  const test::ThrownError error =
      test::thrown_error([&] { nonideality_study(stressed_chip(), trace, two_chips(), 1); });
  CHECK(error.code == ExitCode::trace);
}
