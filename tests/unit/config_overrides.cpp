#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/config/architecture.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

Architecture read(const std::vector<std::string>& settings) {
  std::vector<Override> overrides;
  overrides.reserve(settings.size());
  for (const std::string& setting : settings) overrides.push_back(parse_override(setting));
  return read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", overrides);
}

std::string error_of_all(const std::vector<std::string>& settings) {
  const ThrownError error = thrown_error([&] { read(settings); });
  CHECK(is_one_line(error.text));
  CHECK(error.code == ExitCode::usage_or_architecture);
  return error.text;
}

std::string error_of(const std::string& setting) { return error_of_all({setting}); }

}  // namespace

TEST_CASE("An override has a pointer and a value") {
  const Override setting = parse_override("/tile/adc/bits=6");
  CHECK(setting.pointer == "/tile/adc/bits");
  CHECK(setting.value == "6");
  CHECK(parse_override("/name=a=b").value == "a=b");
  for (const char* text : {"", "=", "tile=1", "/tile", "--set"})
    CHECK_THAT(thrown_error([&] { parse_override(text); }).text,
               Catch::Matchers::EndsWith("expected /pointer=value, like /tile/adc/bits=6"));
}

TEST_CASE("Overrides replace values") {
  const Architecture chip = read({"/tile/adc/bits=6", "/tile/count=12", "/name=variant"});
  CHECK(chip.tile.adc.bits == 6);
  CHECK(chip.tiles == 12U);
  CHECK(chip.name == "variant");
}

TEST_CASE("Overrides reach into referenced files and arrays") {
  const Architecture chip =
      read({"/energy/mac_8bit/value=20", "/energy/sram_banks/0/read/value=1", "/baselines/gpu/name=other"});
  CHECK(chip.energy.mac_8bit_joule == Approx(20e-12));
  CHECK(chip.energy.sram_banks[0].read_joule == Approx(1e-12));
  CHECK(chip.gpu.name == "other");
}

TEST_CASE("A referenced file can be replaced, before its numbers are overridden") {
  const Architecture chip = read({"/energy/shift_add/value=20", "/energy=energy/board.json"});
  CHECK(chip.energy_name == "board");
  CHECK(chip.energy.shift_add_joule == Approx(20e-12));
}

TEST_CASE("A field is overridden once") {
  CHECK(error_of_all({"/tile/adc/bits=6", "/name=variant", "/tile/adc/bits=7"}) ==
        "--set /tile/adc/bits=7: expected each field once, got --set /tile/adc/bits=6 before");
  CHECK_THAT(error_of_all({"/tile/adc/bits=6", "/tile/adc/bits=6"}),
             Catch::Matchers::Contains("expected each field once"));
  CHECK_THAT(error_of_all({"/energy=energy/board.json", "/energy=energy/cmos180.json"}),
             Catch::Matchers::Contains("expected each field once"));
}

TEST_CASE("A value may be overridden before fields in it, not after them") {
  CHECK(error_of_all({"/tile/tia/gain_ohm=3", "/tile/tia={}"}) ==
        "--set /tile/tia={}: would undo --set /tile/tia/gain_ohm=3; expected it before that");
  CHECK_THAT(error_of_all({"/energy/sram_banks/0/kib=1", "/energy/sram_banks=[]"}),
             Catch::Matchers::Contains("would undo --set /energy/sram_banks/0/kib=1"));
  CHECK_THAT(error_of_all({"/baselines/gpu=gpu/rtx4090.json", "/baselines={}"}),
             Catch::Matchers::Contains("would undo"));
  // A key that only begins like another one is not inside it.
  CHECK_THAT(error_of_all({"/tile/adc/bits=6", "/tile/ad={}"}), Catch::Matchers::Contains("no such key"));
}

TEST_CASE("A value that holds a referenced file is set before the file's name and the numbers in the file") {
  const Architecture chip =
      read({R"(/baselines={"rm_rewrite": {"update": "every_step", "target": "exact"}, "gpu": "none.json"})",
            "/baselines/gpu=gpu/rtx4090.json", "/baselines/gpu/name=other"});
  CHECK(chip.rewrite_baseline.update == RewriteUpdate::every_step);
  CHECK(chip.gpu.name == "other");
}

TEST_CASE("An architecture knows the files it was read from") {
  const TemporaryDirectory directory;
  const std::string map = directory.write("faults.csv", "tile,row,column,state\n");
  const std::string arch = std::string(PALIMPSEST_SOURCE_DIR) + "/arch";
  std::vector<std::string> files;
  for (const SourceFile& file : read({"/resistive_memory/faults/map=" + map}).source.files)
    files.push_back(file.place + " " + file.path);
  CHECK(files == std::vector<std::string>{
                     "architecture " + arch + "/rm180.json", "/energy " + arch + "/energy/cmos180.json",
                     "/baselines/gpu " + arch + "/gpu/rtx4090.json", "/resistive_memory " + arch + "/cells/gate.json",
                     "/resistive_memory/retention " + arch + "/retention/cmo.json",
                     "/resistive_memory/faults/map " + map});
  CHECK(read({"/energy=energy/board.json"}).source.files.at(1).path == arch + "/energy/board.json");
}

TEST_CASE("A referenced file that cannot be read names the key that led to it") {
  const std::string arch = std::string(PALIMPSEST_SOURCE_DIR) + "/arch";
  CHECK(error_of_all({"/energy=none.json"}) == "--set /energy=none.json: " + arch + "/none.json: no such file");
  CHECK(error_of_all({R"(/baselines={"rm_rewrite": {}, "gpu": "none.json"})"}) ==
        R"(--set /baselines={"rm_rewrite": {}, "gpu": "none.json"}: /gpu: )" + arch + "/none.json: no such file");
  CHECK(
      error_of_all({R"(/resistive_memory/faults={"stuck_low_share": 0, "stuck_high_share": 0, "map": "none.csv"})"}) ==
      R"(--set /resistive_memory/faults={"stuck_low_share": 0, "stuck_high_share": 0, "map": "none.csv"}: /map: )" +
          arch + "/none.csv: no such file");
  const TemporaryDirectory directory;
  const std::string chip = directory.write(
      "chip.json",
      std::string(R"({"energy": "none.json", "baselines": {"gpu": ")").append(arch).append("/gpu/rtx4090.json\"}}"));
  CHECK(thrown_error([&] { read_architecture(chip, {}); }).text ==
        chip + ": /energy: " + directory.path().string() + "/none.json: no such file");
}

TEST_CASE("A missing pointer names the nearest parent and its keys") {
  CHECK(error_of("/tile/adc/bit=6") ==
        "--set /tile/adc/bit=6: no such key; /tile/adc has bits, conversion_ns, count, errors, full_scale_volt, "
        "multiplexer_ns, noise_volt, smallest_full_scale_volt");
  CHECK_THAT(error_of("/tiles=6"),
             Catch::Matchers::Contains("no such key; the file has baselines, calibration, clock_period_ps"));
  CHECK(error_of("/tile/rows/x=6") == "--set /tile/rows/x=6: no such key; /tile/rows is a single value");
  for (const char* index : {"4", "-", "01", "99999999999999999999", "-1", ""})
    CHECK_THAT(error_of("/energy/sram_banks/" + std::string(index) + "=6"),
               Catch::Matchers::EndsWith("no such key; /energy/sram_banks has elements 0..3"));
  CHECK_THAT(thrown_error([] {
               read({"/energy/sram_banks=[]", "/energy/sram_banks/0/kib=1"});
             }).text,
             Catch::Matchers::EndsWith("no such key; /energy/sram_banks is an empty array"));
  CHECK_THAT(error_of("/a~2b=1"), Catch::Matchers::Contains("expected ~0 or ~1 after ~"));
}

TEST_CASE("A bad value is reported at the override") {
  CHECK(error_of("/tile/adc/bits=30") == "--set /tile/adc/bits=30: expected 2..22, got 30");
  CHECK(error_of(R"(/tile/tia={"gain_ohm": -1})") ==
        R"(--set /tile/tia={"gain_ohm": -1}: /gain_ohm: expected 1..1e+09, got -1)");
  CHECK_THAT(error_of(R"(/tile/tia={"a": 1, "a": 2})"), Catch::Matchers::Contains("/a: the key appears twice"));
  CHECK_THAT(error_of("/tile/tia=" + std::string(100, '[') + std::string(100, ']')),
             Catch::Matchers::Contains("at most 64 levels"));
  CHECK_THAT(error_of("/energy=none.json"), Catch::Matchers::EndsWith("arch/none.json: no such file"));
}

TEST_CASE("A value that is not UTF-8 or not printable gives a message all the same") {
  CHECK_THAT(error_of("/tile/adc/bits=\xff\n"), Catch::Matchers::StartsWith("--set /tile/adc/bits=\\xff\\n: "));
  CHECK_THAT(error_of("/\xff=1"), Catch::Matchers::StartsWith("--set /\\xff=1: no such key"));
  CHECK_THAT(error_of("/name=\xff\x1b"), Catch::Matchers::Contains("control characters"));
}
