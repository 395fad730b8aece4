#include "models/modules/chip.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "tests/module/small_chip.hpp"

using namespace palimpsest;

namespace {

/// A layer on three tiles with an adapter beside it, another whose adapters its tiles feed, and the write of a tile
/// that nothing waits for.
Program layer_program() {
  HostJob host;
  host.vectors = 4;
  host.drains = {{0, 16, 16, true}};
  host.words_per_vector = 4;
  LoraJob lora;
  lora.vectors = 4;
  lora.preloads = {{8192, 40, 0, false}};
  lora.fetches = {{0, 16, 16, true}};
  lora.drains = {{256, 16, 16, true}};
  lora.cycles_per_vector = 3;
  lora.macs_per_vector = 32;
  VectorJob sum;
  sum.vectors = 4;
  sum.fetches = {{64, 16, 16, true}, {128, 16, 16, true}, {192, 16, 16, true}, {256, 16, 16, true}};
  sum.drains = {{320, 16, 16, true}};
  sum.cycles_per_vector = 2;
  sum.operations_per_vector = {3, 4, 1, 5};
  TileJob fed = tile_job(0, 384);
  fed.preloads = {{12288, 24, 0, false}};
  fed.shift_adds = 5;
  fed.lane_operations = {1, 2, 3, 4};
  fed.lane_cycles = 9;
  fed.lane_latency = 2;
  fed.group_wire_bits = 11;
  LoraJob& adapters = fed.adapters.emplace();
  adapters.vectors = 4;
  adapters.preloads = {{16384, 20, 0, false}};
  adapters.drains = {{448, 16, 16, true}};
  adapters.cycles_per_vector = 6;
  adapters.macs_per_vector = 20;
  adapters.fed_by = 1;
  adapters.fed_words_per_vector = 7;
  ProgramJob write;
  write.tile_group = 1;
  write.rounds = {4, 3, 2, 0, 2, 1, 0, {0, 1, 0, 0, 1}};

  Program program;
  program.samples = 5;
  program.samples_in_flight = 2;
  program.slot_bytes = 512;
  program.steps = {{host, 0, {}},
                   {tile_job(0, 64), 0, {0}},
                   {tile_job(0, 128), 1, {0}},
                   {tile_job(0, 192), 2, {0}},
                   {lora, 0, {0}},
                   {sum, 0, {1, 2, 3, 4}},
                   {write, 0, {2}},
                   {fed, 1, {0}}};
  return program;
}

/// Everything a play gives, in one list.
std::vector<std::uint64_t> numbers(const PlayResult& result) {
  const ActionCounts& c = result.counts;
  std::vector<std::uint64_t> all = {result.cycles,
                                    result.memory_wait_cycles,
                                    c.dac_updates,
                                    c.word_line_switches,
                                    c.tia_samples,
                                    c.adc_conversions,
                                    c.shift_adds,
                                    c.sram_read_words,
                                    c.sram_write_words,
                                    c.interconnect_words,
                                    c.group_wire_bits,
                                    c.lora_macs,
                                    c.lora_register_bits,
                                    c.sram_busy_cycles,
                                    c.vector_adds,
                                    c.vector_macs,
                                    c.vector_lookups,
                                    c.vector_moves,
                                    c.host_words,
                                    c.off_chip_loaded_words,
                                    c.off_chip_stored_words,
                                    c.rm_cells,
                                    c.rm_set_pulses,
                                    c.rm_reset_pulses,
                                    c.rm_verify_reads,
                                    c.rm_forming_pulses,
                                    c.rm_write_word_lines,
                                    c.rm_verify_word_lines,
                                    result.busy.lora_unit,
                                    result.busy.vector_unit,
                                    result.busy.host_port,
                                    result.busy.off_chip,
                                    result.busy.programmer};
  all.insert(all.end(), result.busy.groups.begin(), result.busy.groups.end());
  return all;
}

}  // namespace

TEST_CASE("one vector through a tile of the chip, memory included") {
  Chip chip("chip", small_chip());
  TileJob job = tile_job(0, 64);
  job.vectors = 1;
  Program program;
  program.steps = {{job, 2, {}}};
  const PlayResult result = chip.play(program);
  // A line takes 1 + 1 + 1 + 3 + 1 = 7 cycles each way; DAC 2 + 1, crossbar 2, transfer 1, ADC 2 x 2.
  CHECK(result.cycles == 7 + 3 + 2 + 1 + 4 + 7);
  CHECK(result.busy.groups == std::vector<std::uint64_t>{0, 0, 24});
  CHECK(result.memory_wait_cycles == 0);
}

TEST_CASE("two tiles that fetch from one bank at once: the second waits for the first") {
  Chip chip("chip", small_chip());
  TileJob first = tile_job(0, 64);
  first.vectors = 1;
  TileJob second = tile_job(32, 64 + 16);
  second.vectors = 1;
  Program program;
  program.steps = {{second, 1, {}}, {first, 0, {}}};
  const PlayResult result = chip.play(program);
  CHECK(result.busy.groups == std::vector<std::uint64_t>{24, 24 + 4, 0});
  CHECK(result.memory_wait_cycles == 4);
}

TEST_CASE("a play counts every action once") {
  Chip chip("chip", small_chip());
  const PlayResult result = chip.play(layer_program());
  const std::uint64_t samples = 5;
  const std::uint64_t vectors = samples * 4;
  CHECK(result.counts.dac_updates == 4 * vectors * 8);
  CHECK(result.counts.word_line_switches == 4 * vectors * 8);
  CHECK(result.counts.tia_samples == 4 * vectors * 9);
  CHECK(result.counts.adc_conversions == 4 * vectors * 8);
  CHECK(result.counts.shift_adds == vectors * 5);
  CHECK(result.counts.sram_read_words == vectors * 4 * (4 + 1 + 4) + samples * (10 + 6 + 5));
  CHECK(result.counts.sram_write_words == vectors * 4 * (1 + 3 + 1 + 1 + 2));
  CHECK(result.counts.interconnect_words ==
        result.counts.sram_read_words + result.counts.sram_write_words + vectors * 7);
  CHECK(result.counts.group_wire_bits == vectors * 11);
  CHECK(result.counts.lora_macs == vectors * (32 + 20));
  CHECK(result.counts.lora_register_bits == samples * (40 + 20) * 8);
  CHECK(result.counts.sram_busy_cycles == result.counts.sram_read_words + result.counts.sram_write_words);
  CHECK(result.counts.vector_adds == vectors * (3 + 1));
  CHECK(result.counts.vector_macs == vectors * (4 + 2));
  CHECK(result.counts.vector_lookups == vectors * (1 + 3));
  CHECK(result.counts.vector_moves == vectors * (5 + 4));
  CHECK(result.counts.host_words == vectors * 4);
  CHECK(result.counts.rm_cells == samples * 4);
  CHECK(result.counts.rm_set_pulses == samples * 3);
  CHECK(result.counts.rm_reset_pulses == samples * 2);
  CHECK(result.counts.rm_verify_reads == samples * 5);
  CHECK(result.busy.programmer == samples * ((3 + 3 + 4 + 2) + (3 + 4 + 2)));
  CHECK(result.memory_wait_cycles > 0);
}

TEST_CASE("a play does not depend on the plays before it") {
  Chip chip("chip", small_chip());
  const Program program = layer_program();
  Program other = program;
  other.steps.resize(2);
  other.samples = 1;
  const auto first = numbers(chip.play(program));
  chip.play(other);
  CHECK(numbers(chip.play(program)) == first);
  CHECK(numbers(chip.play(program)) == first);
}

TEST_CASE("the order in which modules are made changes nothing") {
  Chip forward("forward", small_chip());
  Chip reverse("reverse", small_chip(), ChipOptions{true});
  const Program program = layer_program();
  CHECK(numbers(reverse.play(program)) == numbers(forward.play(program)));
}

TEST_CASE("an empty program takes no time") {
  Chip chip("chip", small_chip());
  CHECK(chip.play(Program{}).cycles == 0);
  Program program = layer_program();
  program.samples = 0;
  CHECK(chip.play(program).cycles == 0);
  CHECK(chip.play(program).counts.host_words == 0);
}

TEST_CASE("a transfer with the off-chip memory that has no end in the buffer is refused") {
  ChipConfig config = small_chip();
  config.off_chip.emplace();
  Chip chip("chip", config);
  Program program;
  program.steps = {{OffChipJob{}, 0, {}}};
  CHECK_THROWS_AS(chip.play(program), std::logic_error);
}

TEST_CASE("ports of an off-chip memory that moves nothing change nothing") {
  ChipConfig config = small_chip();
  Chip without("without", config);
  config.off_chip = {1 << 20U, 50.0, 1e9, 0.0, 0.0};
  Chip with("with", config);
  CHECK(numbers(with.play(layer_program())) == numbers(without.play(layer_program())));
}

TEST_CASE("a program that is not well formed is refused before it is played") {
  // The kernel never starts here, so every section may make its own chip.
  Chip chip("chip", small_chip());
  Program program = layer_program();
  SECTION("a group that does not exist") { program.steps[1].tile_group = 3; }
  SECTION("programming in a group that does not exist") { std::get<ProgramJob>(program.steps[6].job).tile_group = 3; }
  SECTION("a step that depends on itself") { program.steps[1].depends_on = {1}; }
  SECTION("a step that depends on a later one") { program.steps[1].depends_on = {2}; }
  SECTION("adapters that another group feeds") { std::get<TileJob>(program.steps[7].job).adapters->fed_by = 0; }
  SECTION("a job without vectors") { std::get<VectorJob>(program.steps[5].job).vectors = 0; }
  SECTION("off-chip memory of a chip that has none") {
    OffChipJob load;
    load.drains = {{0, 16, 16, true}};
    program.steps[1].job = load;
  }
  SECTION("no sample in flight") { program.samples_in_flight = 0; }
  CHECK_THROWS_AS(chip.play(program), std::logic_error);
  CHECK(sc_core::sc_time_stamp() == sc_core::SC_ZERO_TIME);
}
