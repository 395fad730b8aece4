#include <string>

#include <catch2/catch.hpp>

#include "sim/config/architecture.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

const std::string shipped = std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json";

EnergyTable read(const std::string& setting) { return read_architecture(shipped, {parse_override(setting)}).energy; }

std::string error_of(const std::string& setting) {
  return thrown_error([&] { read(setting); }).text;
}

}  // namespace

TEST_CASE("The 180 nm table holds the sourced numbers at 1.8 V") {
  const EnergyTable table = read_architecture(shipped, {}).energy;
  CHECK(table.node_nm == 180.0);
  CHECK(table.adc_conversion_joule == 0.0);
  CHECK(table.word_line_switch_joule == Approx(2.3e-12));
  CHECK(table.mac_8bit_joule == Approx(11.4e-12));
  CHECK(table.vector_operation_joule == Approx(57e-12));
  CHECK(table.host_word_joule == Approx(640e-12));
  CHECK(table.wire_joule_per_bit_mm == Approx(1.28e-12 * 1.44).epsilon(0.01));
  REQUIRE(table.sram_banks.size() == 4);
  CHECK(table.sram_banks[2].kib == 16.0);
  CHECK(table.sram_banks[2].read_joule == Approx(89e-12 * 1.44));
  CHECK(table.sram_banks[2].write_joule == Approx(95e-12 * 1.44));
  CHECK(table.sram_banks[3].leakage_watt == Approx(0.73e-3 * 1.2));
}

TEST_CASE("A quantity is read in its unit") {
  CHECK(read("/energy/mac_8bit/unit=nJ").mac_8bit_joule == Approx(11.4e-9));
  CHECK(read("/energy/interconnect_distance/unit=um").interconnect_mm == Approx(2e-3));
}

TEST_CASE("A unit of another quantity is refused") {
  CHECK(error_of("/energy/mac_8bit/unit=mW") ==
        "--set /energy/mac_8bit/unit=mW: expected one of fJ, pJ, nJ, uJ, J; got \"mW\"");
  CHECK_THAT(error_of("/energy/wire/unit=pJ"), Catch::Matchers::Contains("expected one of fJ/bit/mm"));
}

TEST_CASE("A number needs a source and a confidence") {
  CHECK_THAT(error_of(R"(/energy/mac_8bit={"value": 1, "unit": "pJ", "confidence": "S"})"),
             Catch::Matchers::EndsWith("/source: the key is missing"));
  CHECK_THAT(error_of("/energy/mac_8bit/confidence=X"), Catch::Matchers::Contains("expected one of S, M, W"));
}

TEST_CASE("The ADC takes a fixed figure or the survey fit") {
  const std::string fixed = R"({"value": 44, "unit": "pJ", "source": "test", "confidence": "M"})";
  CHECK(read("/energy/adc_conversion=" + fixed).adc_conversion_joule == Approx(44e-12));
  CHECK_THAT(error_of("/energy/adc_conversion/model=guess"), Catch::Matchers::Contains("expected survey_fit"));
  CHECK_THAT(error_of(R"(/energy/adc_conversion={"value": 0, "unit": "pJ", "source": "t", "confidence": "M"})"),
             Catch::Matchers::Contains("/value: expected"));
}

TEST_CASE("SRAM sizes rise and none is free, for they are interpolated on logarithmic axes") {
  CHECK_THAT(error_of("/energy/sram_banks/1/kib=4"), Catch::Matchers::Contains("expected sizes in rising order"));
  CHECK_THAT(error_of("/energy/sram_banks/0/read/value=0"), Catch::Matchers::Contains("expected 1e-06..1e+12, got 0"));
  CHECK_THAT(error_of("/energy/sram_banks=[]"), Catch::Matchers::Contains("at least one size"));
}
