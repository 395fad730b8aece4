#include <catch2/catch.hpp>
#include <string>

#include "sim/run/nonidealities.hpp"
#include "sim/run/nonideality_study.hpp"
#include "tests/support/small_trace.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

Architecture chip(const std::vector<Override>& overrides = {}) {
  return read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", overrides);
}

Trace face() { return read_trace(std::string(PALIMPSEST_SOURCE_DIR) + "/traces/face"); }

NonidealitySettings two_chips() {
  NonidealitySettings settings;
  settings.chips = 2;
  return settings;
}

const ChipVariant& named(const NonidealityStudy& study, const std::string& name) {
  for (const ChipVariant& variant : study.variants) {
    if (variant.name == name) return variant;
  }
  throw std::logic_error("no variant " + name);
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

TEST_CASE("An ideal chip with all of a chip's non-idealities put back computes as that chip") {
  const Trace trace = read_small_trace();
  const Architecture real = chip();
  Architecture rebuilt = without_nonidealities(real);
  for (const Nonideality& nonideality : nonidealities()) nonideality.take(rebuilt, real);
  const NonidealityStudy expected = nonideality_study(real, trace, two_chips(), 1);
  const NonidealityStudy actual = nonideality_study(rebuilt, trace, two_chips(), 1);
  CHECK(named(actual, "all").largest_score_error == named(expected, "all").largest_score_error);
}

TEST_CASE("Each non-ideality that a chip has moves the scores, others do not") {
  const NonidealityStudy study = nonideality_study(chip(), read_small_trace(), two_chips(), 1);
  CHECK(study.variants.size() == nonidealities().size() + 2);
  for (const char* present : {"writing", "read_noise", "wires", "dac_resolution", "adc_resolution", "all"})
    CHECK(named(study, present).largest_score_error > 1e-4);
  for (const char* absent : {"faults", "ageing", "nonlinearity", "dac_errors", "adc_errors"})
    CHECK(named(study, absent).largest_score_error == named(study, "none").largest_score_error);
}

TEST_CASE("The study's figures do not depend on the number of threads") {
  const Trace trace = read_small_trace();
  const NonidealityStudy one = nonideality_study(chip(), trace, two_chips(), 1);
  const NonidealityStudy two = nonideality_study(chip(), trace, two_chips(), 2);
  for (std::size_t variant = 0; variant < one.variants.size(); ++variant)
    CHECK(one.variants[variant].largest_score_error == two.variants[variant].largest_score_error);
}
