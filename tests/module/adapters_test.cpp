#include <catch2/catch.hpp>

#include "models/modules/lora_unit.hpp"
#include "tests/module/group_bench.hpp"

using namespace palimpsest;

namespace {

/// A tile group that feeds the LoRA unit; both take their jobs at cycle 0. A vector alone is fetched at 4, its
/// conversions take six cycles until 18, and it is drained at 21.
struct FedBench {
  GroupBench tiles;
  LoraUnit lora_unit{"lora_unit", 1, tiles.chip.services};
  UnitBench<LoraUnit, LoraJob> lora;

  explicit FedBench(const TileJob& job) : tiles(4, {job}), lora(lora_unit, {*job.adapters}) {
    tiles.group.fetch.lora_unit.bind(lora_unit.groups[0]);
  }

  /// Whether the group finishes its job at `cycle`, and not before.
  void check_done_at(std::uint64_t cycle) {
    sc_core::sc_start(CycleTime(test_clock).span(cycle));
    CHECK(tiles.bench.sequencer.done.empty());
    sc_core::sc_start();
    CHECK(tiles.bench.sequencer.done == Cycles{cycle});
  }

  const ActionCounts& counts() const { return tiles.chip.counts; }
};

/// `lora_cycles`: of the adapters for a vector.
TileJob job_with_adapters(std::uint32_t vectors, std::uint64_t lora_cycles) {
  TileJob job = tile_job(vectors);
  LoraJob& adapters = job.adapters.emplace();
  adapters.vectors = vectors;
  adapters.cycles_per_vector = lora_cycles;
  adapters.macs_per_vector = 100;
  adapters.fed_by = 0;
  adapters.fed_words_per_vector = 16;
  return job;
}

}  // namespace

TEST_CASE("a LoRA unit that keeps up with the tiles adds no time") {
  FedBench on(job_with_adapters(3, 6));
  on.check_done_at(21 + 2 * 6);
  CHECK(on.tiles.bench.fetch_memory.requests.size() == 3);
  CHECK(on.lora.fetch_memory.requests.empty());
  CHECK(on.lora.sequencer.done == Cycles{4 + 3 * 6});
  CHECK(on.counts().lora_macs == 3 * 100);
  CHECK(on.counts().interconnect_words == 3 * 16);
}

TEST_CASE("a result that is there as the last conversion ends is not waited for") {
  FedBench on(job_with_adapters(1, 14));
  on.check_done_at(21);
}

TEST_CASE("lanes wait for a slower LoRA unit, and their latency follows") {
  TileJob job = job_with_adapters(1, 15);
  job.lane_latency = 5;
  FedBench on(job);
  on.check_done_at(4 + 15 + 5 + 3);
  CHECK(on.lora.sequencer.done == Cycles{4 + 15});
}

/// Conversions come from 14 to 18 in three lots, results in the last `result_cycles` until 4 + `lora_cycles`.
TileJob job_with_lanes(std::uint64_t lora_cycles, std::uint64_t result_cycles) {
  TileJob job = job_with_adapters(1, lora_cycles);
  job.adapters->result_cycles = result_cycles;
  job.lane_cycles = 25;
  job.lane_latency = 5;
  return job;
}

TEST_CASE("lanes begin when there is a conversion, where results come earlier") {
  FedBench on(job_with_lanes(12, 3));
  on.check_done_at(14 + 25 + 5 + 3);
}

TEST_CASE("lanes begin when there is a result, where conversions come earlier") {
  FedBench on(job_with_lanes(30, 10));
  on.check_done_at((34 - 10) + 25 + 5 + 3);
}

TEST_CASE("lanes do all their work behind the last result, where results come at once") {
  FedBench on(job_with_lanes(30, 0));
  on.check_done_at(34 + 25 + 5 + 3);
}

TEST_CASE("lanes have a lot's work left behind the last result, where results come slowly") {
  // Nine of 25 cycles, rounded up. The first result is there at 8, before the first conversion.
  FedBench on(job_with_lanes(30, 26));
  on.check_done_at(34 + 9 + 5 + 3);
}

TEST_CASE("a slow LoRA unit holds the vectors back, one of them in its own fetch") {
  FedBench on(job_with_adapters(3, 30));
  // Vector 1 leaves the group's fetch at 9, when the DAC bank is empty, vector 2 at 34, when the LoRA unit's fetch is.
  on.check_done_at(4 + 3 * 30 + 3);
  CHECK(on.tiles.bench.sequencer.intake_free == Cycles{34});
  CHECK(on.lora.sequencer.intake_free == Cycles{64});
  CHECK(on.lora.sequencer.done == Cycles{94});
}

TEST_CASE("a group waits with its first vector for the preloads of its adapters") {
  TileJob job = job_with_adapters(2, 3);
  job.adapters->preloads = {{1024, 640, 0, false}};
  FedBench on(job);
  // Ten requests, the last sent at 9 and answered at 13. The second vector follows at 18, the DAC bank's pace.
  on.check_done_at((13 - 4) + 21 + 6);
  CHECK(on.tiles.bench.sequencer.intake_free == Cycles{18});
  CHECK(on.lora.sequencer.intake_free == Cycles{18});
  CHECK(on.lora.fetch_memory.requests.size() == 10);
}

TEST_CASE("adapters wait for the preloads of their group") {
  TileJob job = job_with_adapters(1, 20);
  job.preloads = {{1024, 640, 0, false}};
  FedBench on(job);
  on.check_done_at(13 + 4 + 20 + 3);
  CHECK(on.lora.sequencer.intake_free == Cycles{17});
}

TEST_CASE("the LoRA unit gets a vector with its first pass, and is waited for with its last") {
  TileJob job = job_with_adapters(2, 30);
  job.passes = 2;
  FedBench on(job);
  // Conversions of vector 0 end at 18 and 24, those of vector 1 at 30 and 36, while the lanes wait for the result of
  // vector 0 until 34. Vector 1 leaves fetch at 14, its second pass at 19, though the LoRA unit's fetch is full until
  // 34. Its result is there at 64.
  on.check_done_at(4 + 2 * 30 + 3);
  CHECK(on.tiles.bench.sequencer.intake_free == Cycles{19});
  CHECK(on.lora.sequencer.intake_free == Cycles{34});
  CHECK(on.counts().lora_macs == 2 * 100);
  CHECK(on.counts().interconnect_words == 2 * 16);
}

TEST_CASE("a result counts when it is computed, though the LoRA unit's drain is not free to take it") {
  TileJob job = job_with_adapters(2, 3);
  job.adapters->drains = {{8192, 64 * 20, 64 * 20, false}};
  FedBench on(job);
  // Vector 0 is drained from 7 to 29; vector 1 is computed at 12, and drained from 29 to 51.
  on.check_done_at(21 + 6);
  CHECK(on.lora.sequencer.done == Cycles{29 + 22});
  CHECK(on.lora.drain_memory.requests.size() == 40);
}
