#include "models/modules/play_bound.hpp"

#include <catch2/catch.hpp>
#include <cstdint>

#include "models/modules/chip.hpp"
#include "models/physics/saturating.hpp"

using namespace palimpsest;

namespace {

/// Lines of 64 bytes in 2 banks.
ChipConfig small_chip() {
  ChipConfig config;
  config.tile_groups = 2;
  config.sram.banks = 2;
  config.tile.dac.load_width_bits = 32;
  config.tile.dac.settling_ns = 10.0;
  config.tile.crossbar.read_ns = 20.0;
  config.tile.sensing.kind = SensingKind::integrator;
  config.tile.sensing.transfer_ns = 10.0;
  config.tile.adc.count = 4;
  config.tile.adc.conversion_ns = 20.0;
  config.tile.pulse_ns = 30.0;
  return config;
}

/// A vector after the other through tiles that share banks, adapters that they feed, an adapter beside them, a sum, and
/// a write.
Program mixed_program() {
  HostJob host;
  host.vectors = 4;
  host.drains = {{0, 100, 128, true}};
  host.words_per_vector = 25;
  TileJob tile;
  tile.vectors = 4;
  tile.passes = 3;
  tile.driven_lines = 8;
  tile.sensed_lines = 8;
  tile.fetches = {{0, 100, 128, true}};
  tile.most_driven_lines = 8;
  tile.most_sensed_lines = 8;
  tile.drains = {{1021, 70, 128, true}};
  TileJob fed = tile;
  fed.preloads = {{16384, 300, 0, false}};
  fed.drains = {{3072, 100, 128, true}};
  fed.lane_cycles = 19;
  fed.lane_latency = 5;
  LoraJob& adapters = fed.adapters.emplace();
  adapters.vectors = 4;
  adapters.preloads = {{20480, 2000, 0, false}};
  adapters.drains = {{3584, 20, 128, true}};
  adapters.cycles_per_vector = 29;
  adapters.fed_by = 1;
  LoraJob lora;
  lora.vectors = 4;
  lora.preloads = {{8192, 4000, 0, false}, {12288, 1000, 0, false}};
  lora.fetches = {{0, 100, 128, true}};
  lora.drains = {{2048, 1, 128, true}};
  lora.cycles_per_vector = 13;
  VectorJob sum;
  sum.vectors = 4;
  sum.fetches = {{1021, 70, 128, true}, {2048, 1, 128, true}};
  sum.drains = {{4096, 100, 128, true}};
  sum.cycles_per_vector = 7;
  ProgramJob write;
  write.rounds = {4, 3, 2, 1, 2, 1, 1, {0, 1, 0, 0, 1}};

  Program program;
  program.samples = 5;
  program.samples_in_flight = 2;
  program.slot_bytes = 16384;
  program.steps = {{host, 0, {}}, {tile, 0, {0}},         {tile, 1, {0}}, {lora, 0, {0}},
                   {fed, 1, {0}}, {sum, 0, {1, 2, 3, 4}}, {write, 0, {2}}};
  return program;
}

/// A way to the banks of 5 cycles, banks that wake up in 7, access in 3, two cycles for a word.
ChipConfig chip_with_slow_memory() {
  ChipConfig config = small_chip();
  config.interconnect.latency_cycles = 5;
  config.sram.access_cycles = 3;
  config.sram.word_cycles = 2;
  config.sram.idle_leakage_share = 0.5;
  config.sram.wake_cycles = 7;
  return config;
}

/// What a vector's ranges take there. A range may begin within a word of 4 bytes and within a line of 16 words.
struct Transfer {
  std::uint64_t requests, words, largest;
  std::uint64_t bank() const { return requests * 7 + words * 2; }
  std::uint64_t cycles() const { return requests * (1 + 5 + 1) + bank() + (7 + 3 + (largest - 1) * 2) + 5; }
};

/// `pessimism`: of the bound over the play.
void check_bounded(const ChipConfig& config, double pessimism) {
  Chip chip("chip", config);
  const Program program = mixed_program();
  const PlayBound bound = play_bound(program, config);
  const PlayResult play = chip.play(program);
  CHECK(play.cycles <= bound.cycles);
  CHECK(sc_core::sc_time_stamp().value() <= bound.cycles);
  CHECK(play.memory_wait_cycles <= bound.memory_wait_cycles);
  CHECK(static_cast<double>(bound.cycles) < pessimism * static_cast<double>(play.cycles));
}

}  // namespace

TEST_CASE("a play stays within its bound") { check_bounded(small_chip(), 4.0); }

TEST_CASE("so it does with a slow host") {
  ChipConfig config = small_chip();
  config.host_port.cycles_per_word = 1'000'000;
  check_bounded(config, 1.01);
}

TEST_CASE("so it does with a slow interconnect, where requests overlap") {
  ChipConfig config = small_chip();
  config.interconnect.latency_cycles = 1'000'000;
  check_bounded(config, 20.0);
}

TEST_CASE("so it does with banks that wake up slowly") {
  ChipConfig config = small_chip();
  config.sram.idle_leakage_share = 0.5;
  config.sram.wake_cycles = 1'000'000;
  check_bounded(config, 40.0);
}

TEST_CASE("so it does with slow banks") {
  ChipConfig config = small_chip();
  config.sram.banks = 1;
  config.sram.word_cycles = 1'000'000;
  check_bounded(config, 4.0);
}

TEST_CASE("so it does with slow access") {
  ChipConfig config = small_chip();
  config.sram.access_cycles = 1'000'000;
  check_bounded(config, 20.0);
}

TEST_CASE("so it does with a slow off-chip memory") {
  ChipConfig config = small_chip();
  config.off_chip = {1 << 20U, 1e6, 1e6, 0.0, 0.0};
  OffChipJob load;
  load.vectors = 4;
  load.memory = {0, 64, 64, false};
  load.drains = {{512, 64, 64, true}};
  OffChipJob store = load;
  std::swap(store.fetches, store.drains);
  Program program;
  program.samples = 3;
  program.samples_in_flight = 2;
  program.slot_bytes = 1024;
  program.steps = {{load, 0, {}}, {store, 0, {0}}};
  const PlayBound bound = play_bound(program, config);
  const PlayResult play = Chip("chip", config).play(program);
  CHECK(play.cycles <= bound.cycles);
  CHECK(play.memory_wait_cycles <= bound.memory_wait_cycles);
  // Latency and link, 100,000 and 6400 cycles, overlap in the play alone.
  CHECK(bound.cycles > 3 * 2 * 4 * (100'000 + 6'400));
  CHECK(bound.cycles < 3 * 2 * 4 * (100'000 + 6'400 + 100));
}

TEST_CASE("one vector after the other takes its bound, but for what is rounded up to lines and words") {
  ChipConfig config = small_chip();
  config.tile_groups = 1;
  TileJob job;
  job.driven_lines = 8;
  job.sensed_lines = 8;
  job.most_driven_lines = 8;
  job.most_sensed_lines = 8;
  Program program;
  program.samples = 3;
  program.samples_in_flight = 1;
  program.steps = {{job, 0, {}}};
  // DAC 2 + 1, crossbar 2, transfer 1, ADC 2 x 2; the sequencer reads two reports.
  const std::uint64_t sample = 3 + 2 + 1 + 4;
  CHECK(play_bound(program, config).cycles == 3 * (sample + 2));
  // The intake's report comes with the others, and nobody waits for the last.
  CHECK(Chip("chip", config).play(program).cycles == 3 * sample + 2);
}

TEST_CASE("requests are bounded by their way, their bank and the last answer") {
  ChipConfig config = chip_with_slow_memory();
  config.host_port.cycles_per_word = 11;
  HostJob host;
  host.vectors = 2;
  host.passes = 3;
  host.words_per_vector = 25;
  host.drains = {{0, 100, 128, true}, {512, 0, 0, true}};
  LoraJob lora;
  lora.vectors = 3;
  lora.cycles_per_vector = 17;
  lora.preloads = {{8192, 8, 0, false}};
  lora.fetches = {{0, 40, 40, true}, {256, 8, 8, true}};
  Program program;
  program.samples = 4;
  program.steps = {{host, 0, {}}, {lora, 0, {0}}};

  const Transfer drain{3, 26, 16};
  const Transfer preload{2, 3, 3};
  const Transfer fetch{2 + 2, 11 + 3, 11};
  const PlayBound bound = play_bound(program, config);
  CHECK(bound.cycles ==
        4 * (2 * 3 * 25 * 11 + 2 * drain.cycles() + 2 + 3 * 17 + preload.cycles() + 3 * fetch.cycles() + 2));
  // At most three requests of the host's and four of the LoRA unit's are under way.
  CHECK(bound.memory_wait_cycles == 4 * (2 * drain.bank() + preload.bank() + 3 * fetch.bank()) * (3 + 4));
}

TEST_CASE("adapters and lanes are bounded as if they followed the tiles") {
  TileJob job;
  job.vectors = 3;
  job.passes = 2;
  job.driven_lines = 24;
  job.sensed_lines = 24;
  job.most_driven_lines = 8;
  job.most_sensed_lines = 8;
  job.lane_cycles = 101;
  job.lane_latency = 13;
  job.preloads = {{8192, 40, 0, false}};
  job.fetches = {{0, 8, 8, true}};
  LoraJob& adapters = job.adapters.emplace();
  adapters.vectors = 3;
  adapters.cycles_per_vector = 57;
  adapters.preloads = {{12288, 100, 0, false}};
  adapters.drains = {{512, 8, 8, true}};
  adapters.fed_by = 0;
  Program program;
  program.samples = 4;
  program.steps = {{job, 0, {}}};
  const Transfer preload{2, 11, 11};
  const Transfer fetch{2, 3, 3};
  const Transfer preload_of_adapters{3, 26, 16};
  const Transfer drain_of_adapters{2, 3, 3};
  const std::uint64_t tiles = 3 * 2 * (3 + 2 + 1 + 4) + preload.cycles() + 3 * fetch.cycles() + 2;
  const std::uint64_t with_adapters = 3 * 57 + preload_of_adapters.cycles() + 3 * drain_of_adapters.cycles() + 2;
  const PlayBound bound = play_bound(program, chip_with_slow_memory());
  CHECK(bound.cycles == 4 * (tiles + 3 * (101 + 13) + with_adapters));
  const std::uint64_t bank_cycles =
      preload.bank() + 3 * fetch.bank() + preload_of_adapters.bank() + 3 * drain_of_adapters.bank();
  CHECK(bound.memory_wait_cycles == 4 * bank_cycles * (2 + 3 + 2));
}

TEST_CASE("a write is bounded by its rounds") {
  ProgramJob write;
  write.rounds = {5, 4, 2, 0, 3, 1, 0, {0, 1, 0, 0, 1}};
  Program program;
  program.steps = {{write, 0, {}}};
  // Pulses of 3 cycles; a verify settles in 1, reads in 2, transfers in 1, converts four cells in 2.
  CHECK(play_bound(program, small_chip()).cycles == (3 + 3 + 6) + (3 + 6) + 3 + 2);
}

TEST_CASE("what 64 bits do not hold is uncountable") {
  VectorJob job;
  job.vectors = 1'000'000;
  job.cycles_per_vector = 20'000'000'000'000;
  Program program;
  program.steps = {{job, 0, {}}};
  CHECK(play_bound(program, small_chip()).cycles == uncountable);
  job.cycles_per_vector = 10'000'000'000'000;
  program.steps = {{job, 0, {}}};
  CHECK(play_bound(program, small_chip()).cycles == 10'000'000'000'000'000'002U);
  program.samples = 2;
  CHECK(play_bound(program, small_chip()).cycles == uncountable);
}

TEST_CASE("plays follow each other in time, and the one that does not fit any more is refused before it begins") {
  ChipConfig config = small_chip();
  config.clock.period_ps = 999'999'999;
  Chip chip("chip", config);
  const std::uint64_t all = chip.cycles_left();
  HostJob job;
  job.words_per_vector = 8'000'000'000;
  Program program;
  program.steps = {{job, 0, {}}};
  const std::uint64_t one = chip.play(program).cycles;
  CHECK(one == 8'000'000'000);
  CHECK(chip.play(program).cycles == one);
  const sc_core::sc_time before = sc_core::sc_time_stamp();
  CHECK(chip.cycles_left() < all - 2 * one);
  try {
    chip.play(program);
    FAIL("a third does not fit");
  } catch (const PlayTooLong& error) {
    CHECK(error.needed.cycles == one + 2);
    CHECK(error.fits == chip.cycles_left());
  }
  CHECK(sc_core::sc_time_stamp() == before);
  std::get<HostJob>(program.steps[0].job).words_per_vector = 2'000'000'000;
  CHECK(chip.play(program).cycles == 2'000'000'000);
}
