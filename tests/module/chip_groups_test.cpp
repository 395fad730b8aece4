#include <catch2/catch.hpp>

#include "models/modules/chip.hpp"
#include "tests/module/small_chip.hpp"

using namespace palimpsest;

namespace {

/// A vector that comes from nowhere and goes nowhere: 3 cycles in the DAC bank, 2 in the crossbar, 1 in transfer, 4 in
/// the ADC bank.
TileJob job_without_memory() {
  TileJob job = tile_job(0, 0);
  job.vectors = 1;
  job.fetches.clear();
  job.drains.clear();
  return job;
}

TileJob job_with_adapters(std::uint32_t group, std::uint64_t lora_cycles) {
  TileJob job = job_without_memory();
  LoraJob& adapters = job.adapters.emplace();
  adapters.cycles_per_vector = lora_cycles;
  adapters.fed_by = group;
  return job;
}

LoraJob lora_job(std::uint32_t vectors, std::uint64_t cycles) {
  LoraJob job;
  job.vectors = vectors;
  job.cycles_per_vector = cycles;
  return job;
}

/// What happens where `tiles` tiles that are alike are one group.
TileJob job_of_tiles(std::uint32_t tiles) {
  TileJob job = tile_job(0, 64);
  job.passes = 2;
  job.preloads = {{8192, 40, 0, false}};
  job.driven_lines *= tiles;
  job.sensed_lines *= tiles;
  job.reference_lines *= tiles;
  job.shift_adds = 5 * tiles;
  return job;
}

}  // namespace

TEST_CASE("a group of equal tiles takes the cycles and the buffer of one of them, and counts them all") {
  Chip chip("chip", small_chip());
  Program program;
  program.samples = 3;
  program.samples_in_flight = 2;
  program.slot_bytes = 512;
  program.steps = {{job_of_tiles(1), 0, {}}, {job_of_tiles(1), 1, {0}}};
  const PlayResult one = chip.play(program);
  program.steps = {{job_of_tiles(7), 0, {}}, {job_of_tiles(7), 1, {0}}};
  const PlayResult seven = chip.play(program);
  CHECK(seven.cycles == one.cycles);
  CHECK(seven.busy.groups == one.busy.groups);
  CHECK(seven.memory_wait_cycles == one.memory_wait_cycles);
  CHECK(seven.counts.sram_read_words == one.counts.sram_read_words);
  CHECK(seven.counts.sram_write_words == one.counts.sram_write_words);
  CHECK(seven.counts.interconnect_words == one.counts.interconnect_words);
  CHECK(one.counts.dac_updates == 3 * 2 * 4 * 2 * 8);
  CHECK(seven.counts.dac_updates == 7 * one.counts.dac_updates);
  CHECK(seven.counts.word_line_switches == 7 * one.counts.word_line_switches);
  CHECK(seven.counts.tia_samples == 7 * one.counts.tia_samples);
  CHECK(seven.counts.adc_conversions == 7 * one.counts.adc_conversions);
  CHECK(seven.counts.shift_adds == 7 * one.counts.shift_adds);
}

TEST_CASE("two groups and the LoRA unit itself take turns at its compute") {
  Chip chip("chip", small_chip());
  Program program;
  program.steps = {{lora_job(1, 20), 0, {}}, {job_with_adapters(0, 9), 0, {}}, {job_with_adapters(1, 9), 1, {}}};
  const PlayResult result = chip.play(program);
  // The LoRA unit computes for group 0 from 0 to 9; its intake is free at 0, and for group 1, which is given its step
  // at 1, it computes until 18; its intake is free again at 9, and its own job goes from 18 to 38.
  CHECK(result.busy.groups == std::vector<std::uint64_t>{10, 17, 0});
  CHECK(result.busy.lora_unit == 38);
  CHECK(result.cycles == 38);
}

TEST_CASE("adapters follow a job of the LoRA unit that was there before them") {
  Chip chip("chip", small_chip());
  HostJob host;
  host.words_per_vector = 1;
  Program program;
  program.steps = {{lora_job(2, 20), 0, {}}, {host, 0, {}}, {job_with_adapters(0, 5), 0, {1}}};
  const PlayResult result = chip.play(program);
  // The second vector leaves the LoRA unit's fetch at 20, so the step is given at 21; its own is computed until 40, the
  // adapters until 45.
  CHECK(result.busy.host_port == 1);
  CHECK(result.busy.groups == std::vector<std::uint64_t>{45 - 21, 0, 0});
  CHECK(result.busy.lora_unit == 45);
  CHECK(result.cycles == 45);
}

TEST_CASE("a job without adapters that is between two with them waits for neither's results, nor takes them") {
  Chip chip("chip", small_chip());
  Program program;
  program.steps = {{job_with_adapters(0, 30), 0, {}}, {job_without_memory(), 0, {}}, {job_with_adapters(0, 1), 0, {}}};
  const PlayResult result = chip.play(program);
  // The first is in the lanes until its result is there, at 30, the second converted meanwhile; then the third is.
  CHECK(result.cycles == 30 + 4);
  CHECK(result.busy.lora_unit == 31);
}
