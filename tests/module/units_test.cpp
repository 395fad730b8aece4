#include <catch2/catch.hpp>

#include "models/modules/host_port.hpp"
#include "models/modules/lora_unit.hpp"
#include "models/modules/off_chip_memory.hpp"
#include "models/modules/programmer.hpp"
#include "models/modules/tile.hpp"
#include "models/modules/vector_unit.hpp"
#include "tests/module/stubs.hpp"

using namespace palimpsest;

namespace {

using Cycles = std::vector<std::uint64_t>;

/// A unit between a stub sequencer and two stub memories: reads take 4 cycles, writes 3.
template <class Unit, class JobType>
struct UnitBench {
  StubMemory fetch_memory{"fetch_memory", 4};
  StubMemory drain_memory{"drain_memory", 3};
  StubSequencer<JobType> sequencer;

  UnitBench(Unit& unit, std::vector<JobType> jobs) : sequencer("sequencer", std::move(jobs)) {
    unit.fetch.port.socket.bind(fetch_memory.socket);
    unit.drain.port.socket.bind(drain_memory.socket);
    sequencer.socket.bind(unit.commands);
  }
};

/// In cycles: DAC 16 lines x 8 bits / 32 + 1 = 5, crossbar 2, transfer 1 if there is one, a conversion 1.5, rounded up
/// to 2.
TileConfig tile_config(std::uint32_t converters, SensingKind sensing) {
  TileConfig config;
  config.dac.bits = 8;
  config.dac.load_width_bits = 32;
  config.dac.settling_ns = 10.0;
  config.crossbar.read_ns = 20.0;
  config.sensing.kind = sensing;
  config.sensing.transfer_ns = 10.0;
  config.adc.count = converters;
  config.adc.multiplexer_ns = 5.0;
  config.adc.conversion_ns = 10.0;
  config.pulse_ns = 30.0;
  return config;
}

/// A tile and its programmer.
struct TileBench {
  TestServices chip;
  Tile tile;
  UnitBench<Tile, TileJob> bench;
  Programmer programmer{"programmer", 1, chip.services};
  StubSequencer<ProgramJob> program_sequencer;

  TileBench(std::uint32_t converters, std::vector<TileJob> jobs, std::vector<ProgramJob> program_jobs = {},
            SensingKind sensing = SensingKind::integrator)
      : tile("tile", tile_config(converters, sensing), test_clock, chip.services),
        bench(tile, std::move(jobs)),
        program_sequencer("program_sequencer", std::move(program_jobs)) {
    programmer.tiles[0].bind(tile.program);
    program_sequencer.socket.bind(programmer.commands);
  }
};

TileJob tile_job(std::uint32_t vectors) {
  TileJob job;
  job.vectors = vectors;
  job.driven_lines = 16;
  job.sensed_lines = 10;
  job.reference_lines = 1;
  job.fetches = {{0, 64, 64, false}};
  job.drains = {{4096, 64, 64, false}};
  return job;
}

}  // namespace

TEST_CASE("a vector takes the sum of a tile's stages") {
  TileBench on(4, {tile_job(1)});
  const std::uint64_t latency = 4 + 5 + 2 + 1 + 3 * 2 + 3;  // 10 sensed lines on 4 converters: 3 conversions each
  sc_core::sc_start(CycleTime(test_clock).span(latency));
  CHECK(on.bench.sequencer.done.empty());
  sc_core::sc_start();
  CHECK(on.bench.sequencer.done == Cycles{latency});
  CHECK(on.bench.sequencer.intake_free == Cycles{4});
}

TEST_CASE("an amplifier that needs the current keeps the array until converters are free") {
  TileBench on(10, {tile_job(3)}, {}, SensingKind::transimpedance);
  sc_core::sc_start();
  CHECK(on.bench.sequencer.done == Cycles{(4 + 5 + 2 + 2 + 3) + 2 * 5});
  CHECK(on.chip.counts.tia_samples == 3 * (10 + 1));
}

TEST_CASE("with slow converters vectors wait in the array, the DAC bank and fetch") {
  // One converter: 20 cycles a vector. The fifth vector leaves fetch when the converters take the third.
  TileBench on(1, {tile_job(5)}, {}, SensingKind::transimpedance);
  sc_core::sc_start();
  CHECK(on.bench.sequencer.done == Cycles{(4 + 5 + 2 + 20 + 3) + 4 * 20});
  CHECK(on.bench.sequencer.intake_free == Cycles{11 + 2 * 20});
}

TEST_CASE("with slow converters an integrator keeps one vector more") {
  TileBench on(1, {tile_job(5)}, {}, SensingKind::integrator);
  sc_core::sc_start();
  CHECK(on.bench.sequencer.done == Cycles{(4 + 5 + 2 + 1 + 20 + 3) + 4 * 20});
  CHECK(on.bench.sequencer.intake_free == Cycles{12 + 20});
}

TEST_CASE("vectors leave a tile at the pace of shared converters, and every action is counted") {
  TileBench on(4, {tile_job(5)});
  sc_core::sc_start();
  CHECK(on.bench.sequencer.done == Cycles{21 + 4 * 6});
  CHECK(on.tile.busy_cycles() == 45);
  const std::uint64_t vectors = 5;
  CHECK(on.chip.counts.dac_updates == vectors * 16);
  CHECK(on.chip.counts.word_line_switches == vectors * 16);
  CHECK(on.chip.counts.tia_samples == vectors * (10 + 1));
  CHECK(on.chip.counts.adc_conversions == vectors * 10);
}

TEST_CASE("with a converter per line the DAC bank sets a tile's pace") {
  TileBench on(10, {tile_job(5)});
  sc_core::sc_start();
  CHECK(on.bench.sequencer.done == Cycles{(4 + 5 + 2 + 1 + 2 + 3) + 4 * 5});
}

TEST_CASE("the LoRA unit reads its weights before the first vector") {
  TestServices chip;
  LoraUnit unit("lora_unit", chip.services);
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
}

TEST_CASE("the LoRA unit preloads while vectors of the job before are computed") {
  TestServices chip;
  LoraUnit unit("lora_unit", chip.services);
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

TEST_CASE("the programmer plays round after round, and leaves out what a round has none of") {
  ProgramJob job;
  job.groups = {{8, {{5, 3, 8, 2}, {1, 0, 5, 1}}}, {4, {}}, {2, {{0, 2, 0, 0}, {0, 0, 0, 0}, {0, 0, 1, 0}}}};
  TileBench on(4, {}, {job, ProgramJob{}});
  // Pulse 3, for each of two gate voltages; verify read of c cells 1 + 2 + 1 + ceil(c / 4) x 2.
  const std::uint64_t cycles = (2 * 3 + 3 + 4 + 4) + (3 + 4 + 4) + 3 + 0 + (4 + 2);
  sc_core::sc_start(CycleTime(test_clock).span(cycles));
  CHECK(on.program_sequencer.done.empty());
  sc_core::sc_start();
  CHECK(on.program_sequencer.done == Cycles{cycles, cycles});  // the second job has no rounds
  CHECK(on.program_sequencer.intake_free == Cycles{cycles, cycles});
  CHECK(on.programmer.busy_cycles() == cycles);
  CHECK(on.chip.counts.rm_cells == 14);
  CHECK(on.chip.counts.rm_set_pulses == 6);
  CHECK(on.chip.counts.rm_reset_pulses == 5);
  CHECK(on.chip.counts.rm_verify_reads == 14);
  CHECK(on.chip.counts.rm_forming_pulses == 0);
  // One for each gate voltage of SET pulses, one for RESET pulses.
  CHECK(on.chip.counts.rm_write_word_lines == (2 + 1) + 1 + 1);
  CHECK(on.chip.counts.rm_verify_word_lines == 3);
  CHECK(on.chip.counts.adc_conversions == 0);  // a verify read is counted, and priced, as such
  CHECK(on.tile.busy_cycles() == 0);
}
