#include <string>

#include <catch2/catch.hpp>

#include "sim/config/architecture.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;

namespace {

Architecture chip_with_period(std::uint64_t period_ps) {
  return read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json",
                           {{"/clock_period_ps", std::to_string(period_ps)}});
}

}  // namespace

TEST_CASE("Under a slow clock the architecture's cycles stand") {
  for (const std::uint64_t period : {10'000U, 100'000U}) {
    const Architecture chip = chip_with_period(period);
    CHECK(chip.sram.access_cycles == 1);
    CHECK(chip.sram.word_cycles == 1);
    CHECK(chip.lora_unit.step_cycles == 1);
    CHECK(chip.vector_unit.step_cycles == 1);
    CHECK(chip.data_path.lanes.step_cycles == 1);
    CHECK(chip.interconnect.latency_cycles == 1);
    CHECK(chip.host_port.cycles_per_word == 1);
    CHECK(chip.source.raised.empty());
  }
}

TEST_CASE("A clock faster than a block costs the cycles that cover its delay") {
  // A bank of 32 KiB lies halfway between 16 and 64 KiB on logarithmic axes: sqrt(2.65 x 3.2) = 2.912 ns.
  const Architecture nanosecond = chip_with_period(1000);
  CHECK(nanosecond.sram.access_cycles == 3);
  CHECK(nanosecond.sram.word_cycles == 3);
  CHECK(nanosecond.lora_unit.step_cycles == 5);
  CHECK(nanosecond.vector_unit.step_cycles == 5);
  CHECK(nanosecond.data_path.lanes.step_cycles == 6);  // 1.2 mm x 0.126 ns/mm more, to the next tile
  CHECK(nanosecond.interconnect.latency_cycles == 1);  // 2 mm x 0.126 ns/mm
  CHECK(nanosecond.host_port.cycles_per_word == 8);
  std::string raised;
  for (const RaisedCycles& one : nanosecond.source.raised)
    raised += one.pointer + " " + std::to_string(one.cycles) + "\n";
  CHECK(raised ==
        "/sram/access_cycles 3\n/sram/word_cycles 3\n/lora_unit/step_cycles 5\n/vector_unit/step_cycles 5\n"
        "/data_path/lanes_of_tile/step_cycles 6\n/host_port/cycles_per_word 8\n");

  const Architecture tenth = chip_with_period(100);
  CHECK(tenth.sram.access_cycles == 30);
  CHECK(tenth.sram.word_cycles == 30);
  CHECK(tenth.lora_unit.step_cycles == 50);
  CHECK(tenth.vector_unit.step_cycles == 50);
  CHECK(tenth.data_path.lanes.step_cycles == 52);
  CHECK(tenth.interconnect.latency_cycles == 3);
  CHECK(tenth.host_port.cycles_per_word == 75);
}

TEST_CASE("A clock that a delay of the energy table would take beyond a million cycles is refused") {
  const auto read = [](const char* host_word_nanoseconds) {
    read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json",
                      {{"/clock_period_ps", "500"}, {"/energy/host_word_time/value", host_word_nanoseconds}});
  };
  CHECK_NOTHROW(read("500000"));
  CHECK(test::thrown_error([&] { read("500001"); }).text ==
        "/clock_period_ps: expected a clock under which no delay of the energy table takes more than 1000000 cycles, "
        "got one of 1000002");
}

TEST_CASE("More cycles than a block's delay needs are the architecture's choice") {
  const Architecture chip = read_architecture(
      std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json",
      {{"/clock_period_ps", "1000"}, {"/sram/access_cycles", "7"}, {"/host_port/cycles_per_word", "9"}});
  CHECK(chip.sram.access_cycles == 7);
  CHECK(chip.sram.word_cycles == 3);
  CHECK(chip.host_port.cycles_per_word == 9);
}

TEST_CASE("Steps of the LoRA unit and the vector unit take their cycles, those of the pipeline too") {
  LoraUnitConfig lora;
  CHECK(lora_product_cycles(lora, 9, 17, 3) == 2 * 2 * 3 + 4);
  lora.step_cycles = 5;
  CHECK(lora_product_cycles(lora, 9, 17, 3) == (2 * 2 * 3 + 4) * 5);
  VectorUnitConfig vector;
  CHECK(vector_cycles(vector, {10, 4, 2, 1}) == 2 + 4);
  vector.step_cycles = 5;
  CHECK(vector_cycles(vector, {10, 4, 2, 1}) == (2 + 4) * 5);
}
