#include <cmath>
#include <string>

#include <catch2/catch.hpp>

#include "models/physics/energy.hpp"
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
  // A line of 128 cells takes 2.3 pJ at 1.8 V and 7.8 pJ at 3.3 V.
  CHECK(128 * table.word_line_farad_per_cell * 1.8 * 1.8 == Approx(2.3e-12).epsilon(0.02));
  CHECK(128 * table.word_line_farad_per_cell * 3.3 * 3.3 == Approx(7.8e-12).epsilon(0.02));
  CHECK(table.write_driver_farad == Approx(0.5e-12));
  CHECK(table.mac_8bit_joule == Approx(11.4e-12));
  CHECK(table.host_word_joule == Approx(640e-12));
  CHECK(table.wire_joule_per_bit_mm == Approx(1.28e-12 * 1.44).epsilon(0.01));
  REQUIRE(table.sram_banks.size() == 4);
  CHECK(table.sram_banks[2].kib == 16.0);
  CHECK(table.sram_banks[2].read_joule == Approx(89e-12 * 1.44));
  CHECK(table.sram_banks[2].write_joule == Approx(95e-12 * 1.44));
}

TEST_CASE("A quantity is read in its unit") {
  CHECK(read("/energy/shift_add/unit=nJ").shift_add_joule == Approx(3.77e-9));
  CHECK(read("/energy/interconnect_distance/unit=um").interconnect_mm == Approx(2e-3));
  CHECK(read("/energy/tile_pitch/unit=um").tile_pitch_mm == Approx(1.2e-3));
}

TEST_CASE("Voltages and capacitances have units of their own") {
  CHECK(read("/energy/word_line_per_cell/unit=pF").word_line_farad_per_cell == Approx(5.6e-12));
  CHECK_THAT(error_of("/energy/write_driver_capacitance/unit=pJ"), Catch::Matchers::Contains("expected one of fF, pF"));
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
  for (const std::string quantity : {"read", "write", "access"}) {
    CHECK_THAT(error_of("/energy/sram_banks/0/" + quantity + "/value=1000"),
               Catch::Matchers::EndsWith("/sram_banks/1/" + quantity + ": expected no less than a smaller bank's"));
  }
  CHECK_THAT(error_of("/energy/sram_banks/0/read/value=0"), Catch::Matchers::Contains("expected 1e-06..1e+12, got 0"));
  CHECK_THAT(error_of("/energy/sram_banks=[]"), Catch::Matchers::Contains("at least one size"));
}

TEST_CASE("The shipped tables' DAC, amplifier and vector unit cost what their sources say") {
  const Architecture chip = read_architecture(shipped, {});
  CHECK(dac_update_joule(chip.energy, chip.tile) == Approx(12.5e-12));
  // A 16-bit addition from Horowitz's 0.03 and 0.1 pJ at 8 and 32 bits; a 1 KiB table from the two smallest banks.
  CHECK(chip.energy.vector_add_joule == Approx(std::sqrt(0.03 * 0.1) * 37.7e-12).epsilon(0.01));
  CHECK(chip.energy.vector_mac_joule == chip.energy.mac_16bit_joule);
  CHECK(chip.energy.vector_lookup_joule == Approx(43.2e-12 * std::pow(43.2 / 70.56, 2)).epsilon(0.01));
  CHECK(chip.energy.sram_bit_leakage_watt == Approx(20e-12));
  CHECK(chip.energy.wire_activity == 0.25);
}

TEST_CASE("A range in a quantity holds its value") {
  const std::string quantity = R"(/energy/sram_leakage={"value": 20, "unit": "pW/bit", "source": "t", )";
  CHECK(read(quantity + R"("confidence": "W", "range": [20, 20]})").sram_bit_leakage_watt == Approx(20e-12));
  CHECK(read(quantity + R"("confidence": "W"})").sram_bit_leakage_watt == Approx(20e-12));
  for (const char* range : {"[30, 10]", "[20]", "[1, 20, 30]"}) {
    CHECK_THAT(error_of(quantity + R"("confidence": "W", "range": )" + range + "}"),
               Catch::Matchers::Contains("/range: expected two numbers, the lower one first"));
  }
  for (const char* range : {"[21, 30]", "[1, 19]"}) {
    CHECK_THAT(error_of(quantity + R"("confidence": "W", "range": )" + range + "}"),
               Catch::Matchers::Contains("/value: expected a value within the range"));
  }
  CHECK_THAT(error_of("/energy/sram_leakage/value=500"),
             Catch::Matchers::Contains("--set /energy/sram_leakage/value=500: expected a value within the range"));
  CHECK_THAT(error_of("/energy/sram_leakage/range=5"), Catch::Matchers::Contains("expected an array"));
}

TEST_CASE("What contains a smaller part costs no less than it") {
  CHECK_THAT(error_of("/energy/mac_16bit/value=11"), Catch::Matchers::EndsWith("expected mac_8bit <= mac_16bit"));
  CHECK_THAT(error_of("/energy/vector_mac/value=2"), Catch::Matchers::EndsWith("expected vector_add <= vector_mac"));
  CHECK(read("/energy/mac_16bit/value=11.4").mac_16bit_joule == Approx(11.4e-12));
}

TEST_CASE("The table's SRAM sizes cover the chip's") {
  CHECK_THAT(error_of("/sram/bank_kib=128"),
             Catch::Matchers::EndsWith("/sram_banks: expected sizes that cover /sram/bank_kib = 128.0, got 4.0..64.0"));
  CHECK_THAT(error_of("/sram/bank_kib=2"), Catch::Matchers::Contains("cover /sram/bank_kib = 2.0"));
  CHECK(read_architecture(shipped, {parse_override("/sram/bank_kib=4")}).sram.bank_kib == 4);
  CHECK(read_architecture(shipped, {parse_override("/sram/bank_kib=64")}).sram.bank_kib == 64);
}

TEST_CASE("A table is for one node") {
  const ThrownError error = thrown_error([] { read("/energy/node_nm=90"); });
  CHECK(error.code == ExitCode::usage_or_architecture);
  CHECK(error.text ==
        "--set /energy/node_nm=90: an energy table is for one node; name another table with --set /energy=FILE");
}
