#include <catch2/catch.hpp>

#include "models/modules/host_port.hpp"
#include "models/modules/lora_unit.hpp"
#include "models/modules/off_chip_memory.hpp"
#include "models/modules/vector_unit.hpp"
#include "tests/module/unit_bench.hpp"

using namespace palimpsest;

TEST_CASE("the LoRA unit reads its weights before the first vector") {
  TestServices chip;
  LoraUnit unit("lora_unit", 0, chip.services);
  LoraJob job;
  job.vectors = 2;
  job.preloads = {{0, 192, 0, false}};
  job.fetches = {{1024, 64, 64, false}};
  job.drains = {{2048, 64, 64, false}};
  job.cycles_per_vector = 5;
  job.macs_per_vector = 100;
  UnitBench<LoraUnit, LoraJob> bench(unit, {job});
  sc_core::sc_start();
  // Preload requests at 0, 1, 2, the last answered at 6; fetches at 6 and 10, computes 10..15..20.
  CHECK(bench.fetch_memory.requests ==
        std::vector<StubMemory::Request>{
            {0, 0, 64, true}, {1, 64, 64, true}, {2, 128, 64, true}, {6, 1024, 64, true}, {10, 1088, 64, true}});
  CHECK(bench.sequencer.intake_free == Cycles{15});
  CHECK(bench.sequencer.done == Cycles{20 + 3});
  CHECK(chip.counts.lora_macs == 200);
  CHECK(chip.counts.lora_register_bits == 192 * 8);
}

TEST_CASE("the LoRA unit preloads while vectors of the job before are computed") {
  TestServices chip;
  LoraUnit unit("lora_unit", 0, chip.services);
  LoraJob first;
  first.cycles_per_vector = 20;
  LoraJob second = first;
  second.preloads = {{0, 64, 0, false}};
  UnitBench<LoraUnit, LoraJob> bench(unit, {first, second});
  sc_core::sc_start();
  CHECK(bench.fetch_memory.requests == std::vector<StubMemory::Request>{{0, 0, 64, true}});
  CHECK(bench.sequencer.intake_free == Cycles{0, 20});
  CHECK(bench.sequencer.done == Cycles{20, 40});
}

TEST_CASE("the vector unit computes the cycles its job gives") {
  TestServices chip;
  VectorUnit unit("vector_unit", chip.services);
  VectorJob job;
  job.vectors = 3;
  job.fetches = {{0, 64, 64, false}};
  job.drains = {{2048, 128, 128, false}};
  job.cycles_per_vector = 9;
  job.operations_per_vector = {1, 2, 3, 4};
  UnitBench<VectorUnit, VectorJob> bench(unit, {job});
  sc_core::sc_start();
  CHECK(bench.sequencer.done == Cycles{4 + 9 + (1 + 3) + 2 * 9});
  CHECK(chip.counts.vector_adds == 3);
  CHECK(chip.counts.vector_macs == 6);
  CHECK(chip.counts.vector_lookups == 9);
  CHECK(chip.counts.vector_moves == 12);
}

TEST_CASE("the vector unit reads its preloads once, before the first vector") {
  TestServices chip;
  VectorUnit unit("vector_unit", chip.services);
  VectorJob job;
  job.vectors = 2;
  job.preloads = {{512, 128, 0, false}};
  job.fetches = {{0, 64, 64, false}};
  job.cycles_per_vector = 9;
  UnitBench<VectorUnit, VectorJob> bench(unit, {job});
  const std::uint64_t done = (1 + 4) + 4 + 2 * 9;
  sc_core::sc_start(CycleTime(test_clock).span(done));
  CHECK(bench.sequencer.done.empty());
  sc_core::sc_start();
  CHECK(bench.sequencer.done == Cycles{done});
  CHECK(bench.fetch_memory.requests ==
        std::vector<StubMemory::Request>{{0, 512, 64, true}, {1, 576, 64, true}, {5, 0, 64, true}, {9, 64, 64, true}});
}

TEST_CASE("the host port moves words one by one") {
  TestServices chip;
  HostPort unit("host_port", HostPortConfig{2}, chip.services);
  HostJob job;
  job.vectors = 3;
  job.drains = {{0, 64, 64, true}};
  job.words_per_vector = 16;
  UnitBench<HostPort, HostJob> bench(unit, {job});
  sc_core::sc_start();
  CHECK(bench.sequencer.done == Cycles{3 * 16 * 2 + 3});
  CHECK(chip.counts.host_words == 48);
}

namespace {

/// In cycles of 10 ns: 6 until the first word, then 5 for 16 words (4 bytes in 3.125 ns).
const OffChipConfig off_chip_config{1 << 20U, 55.0, 1.28e9, 0.0, 0.0};

OffChipJob off_chip_job(std::uint64_t bytes) {
  OffChipJob job;
  job.vectors = 3;
  job.memory = {1024, bytes, 64, false};
  return job;
}

}  // namespace

TEST_CASE("a load opens the row of a vector while the link moves the one before") {
  TestServices chip;
  OffChipMemory unit("off_chip", off_chip_config, test_clock, chip.services);
  OffChipJob job = off_chip_job(64);
  job.drains = {{0, 64, 64, true}};
  UnitBench<OffChipMemory, OffChipJob> bench(unit, {job});
  const std::uint64_t done = 3 * 6 + 5 + 3;
  sc_core::sc_start(CycleTime(test_clock).span(done - 1));
  CHECK(bench.sequencer.done.empty());
  sc_core::sc_start();
  CHECK(bench.sequencer.done == Cycles{done});
  CHECK(bench.sequencer.intake_free == Cycles{2 * 6});
  CHECK(bench.drain_memory.requests ==
        std::vector<StubMemory::Request>{{11, 0, 64, false}, {17, 64, 64, false}, {23, 128, 64, false}});
  CHECK(chip.counts.off_chip_loaded_words == 48);
  CHECK(chip.counts.off_chip_stored_words == 0);
}

TEST_CASE("a store reads the buffer first, and goes at the link's pace where that is slower") {
  TestServices chip;
  // A vector of 65 bytes is 17 words; of all of them together the time is rounded up, 53.125 ns x 2.
  OffChipConfig config = off_chip_config;
  config.bytes_per_second /= 2.0;
  OffChipMemory unit("off_chip", config, test_clock, chip.services);
  OffChipJob job = off_chip_job(65);
  job.fetches = {{0, 64, 64, true}};
  UnitBench<OffChipMemory, OffChipJob> bench(unit, {job});
  sc_core::sc_start();
  CHECK(bench.sequencer.done == Cycles{4 + 6 + 3 * 11});
  CHECK(chip.counts.off_chip_stored_words == 3 * 17);
  CHECK(chip.counts.off_chip_loaded_words == 0);
}
