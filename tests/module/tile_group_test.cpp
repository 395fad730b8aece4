#include "models/modules/tile_group.hpp"

#include <catch2/catch.hpp>

#include "tests/module/group_bench.hpp"

using namespace palimpsest;

TEST_CASE("a vector takes the sum of a tile's stages") {
  GroupBench on(4, {tile_job(1)});
  const std::uint64_t latency = 4 + 5 + 2 + 1 + 3 * 2 + 3;  // 10 sensed lines on 4 converters: 3 conversions each
  sc_core::sc_start(CycleTime(test_clock).span(latency));
  CHECK(on.bench.sequencer.done.empty());
  sc_core::sc_start();
  CHECK(on.bench.sequencer.done == Cycles{latency});
  CHECK(on.bench.sequencer.intake_free == Cycles{4});
}

TEST_CASE("an amplifier that needs the current keeps the array until converters are free") {
  GroupBench on(10, {tile_job(3)}, {}, SensingKind::transimpedance);
  sc_core::sc_start();
  CHECK(on.bench.sequencer.done == Cycles{(4 + 5 + 2 + 2 + 3) + 2 * 5});
  CHECK(on.chip.counts.tia_samples == 3 * (10 + 1));
}

TEST_CASE("with slow converters vectors wait in the array, the DAC bank and fetch") {
  // One converter: 20 cycles a vector. The fifth vector leaves fetch when the converters take the third.
  GroupBench on(1, {tile_job(5)}, {}, SensingKind::transimpedance);
  sc_core::sc_start();
  CHECK(on.bench.sequencer.done == Cycles{(4 + 5 + 2 + 20 + 3) + 4 * 20});
  CHECK(on.bench.sequencer.intake_free == Cycles{11 + 2 * 20});
}

TEST_CASE("with slow converters an integrator keeps one vector more") {
  GroupBench on(1, {tile_job(5)}, {}, SensingKind::integrator);
  sc_core::sc_start();
  CHECK(on.bench.sequencer.done == Cycles{(4 + 5 + 2 + 1 + 20 + 3) + 4 * 20});
  CHECK(on.bench.sequencer.intake_free == Cycles{12 + 20});
}

TEST_CASE("vectors leave a tile at the pace of shared converters, and every action is counted") {
  GroupBench on(4, {tile_job(5)});
  sc_core::sc_start();
  CHECK(on.bench.sequencer.done == Cycles{21 + 4 * 6});
  CHECK(on.group.busy_cycles() == 45);
  const std::uint64_t vectors = 5;
  CHECK(on.chip.counts.dac_updates == vectors * 16);
  CHECK(on.chip.counts.word_line_switches == vectors * 16);
  CHECK(on.chip.counts.tia_samples == vectors * (10 + 1));
  CHECK(on.chip.counts.adc_conversions == vectors * 10);
}

TEST_CASE("with a converter per line the DAC bank sets a tile's pace") {
  GroupBench on(10, {tile_job(5)});
  sc_core::sc_start();
  CHECK(on.bench.sequencer.done == Cycles{(4 + 5 + 2 + 1 + 2 + 3) + 4 * 5});
}

TEST_CASE("a group takes as long as its slowest tile, and counts the lines of all") {
  // Three tiles, of which that of tile_job() drives and senses most.
  TileJob job = tile_job(2);
  job.driven_lines = 16 + 9 + 16;
  job.sensed_lines = 10 + 10 + 3;
  job.reference_lines = 3;
  job.shift_adds = 6;
  GroupBench on(4, {job});
  const std::uint64_t done = 21 + 6;
  sc_core::sc_start(CycleTime(test_clock).span(done));
  CHECK(on.bench.sequencer.done.empty());
  sc_core::sc_start();
  CHECK(on.bench.sequencer.done == Cycles{done});
  CHECK(on.bench.fetch_memory.requests.size() == 2);
  CHECK(on.bench.drain_memory.requests.size() == 2);
  CHECK(on.chip.counts.dac_updates == 2 * 41);
  CHECK(on.chip.counts.word_line_switches == 2 * 41);
  CHECK(on.chip.counts.tia_samples == 2 * (23 + 3));
  CHECK(on.chip.counts.adc_conversions == 2 * 23);
  CHECK(on.chip.counts.shift_adds == 2 * 6);
}

TEST_CASE("a vector is read in passes: fetched with the first, drained with the last") {
  TileJob job = tile_job(2);
  job.passes = 3;
  GroupBench on(4, {job});
  sc_core::sc_start();
  // A conversion of each pass takes 6 cycles: those of the first vector end at 18, 24, 30, of the second at 48.
  CHECK(on.bench.sequencer.done == Cycles{18 + 5 * 6 + 3});
  CHECK(on.bench.fetch_memory.requests == std::vector<StubMemory::Request>{{0, 0, 64, true}, {14, 64, 64, true}});
  CHECK(on.bench.drain_memory.requests ==
        std::vector<StubMemory::Request>{{30, 4096, 64, false}, {48, 4160, 64, false}});
  CHECK(on.chip.counts.adc_conversions == 2 * 3 * 10);
}

TEST_CASE("lanes that take longer than the conversions set the pace, with a vector's last pass alone") {
  TileJob job = tile_job(2);
  job.passes = 2;
  job.lane_cycles = 25;
  job.lane_operations = {1, 2, 3, 4};
  job.group_wire_bits = 5;
  job.zero_checks = 6;
  GroupBench on(4, {job});
  // The second pass of vector 0 is converted from 18 on, its first lot is there at 20; vector 1 is converted until 36.
  const std::uint64_t done = 20 + 25 + 25 + 3;
  sc_core::sc_start(CycleTime(test_clock).span(done));
  CHECK(on.bench.sequencer.done.empty());
  sc_core::sc_start();
  CHECK(on.bench.sequencer.done == Cycles{done});
  CHECK(on.chip.counts.vector_adds == 2 * 1);
  CHECK(on.chip.counts.vector_macs == 2 * 2);
  CHECK(on.chip.counts.vector_lookups == 2 * 3);
  CHECK(on.chip.counts.vector_moves == 2 * 4);
  CHECK(on.chip.counts.group_wire_bits == 2 * 5);
  CHECK(on.chip.counts.zero_checks == 2 * 6);
}

TEST_CASE("lanes that keep up with the conversions add the work of the last lot and their latency") {
  TileJob job = tile_job(2);
  job.passes = 2;
  job.lane_cycles = 5;  // two cycles for one of three lots
  job.lane_latency = 4;
  GroupBench on(4, {job});
  const std::uint64_t done = 12 + 4 * 6 + 2 + 4 + 3;
  sc_core::sc_start(CycleTime(test_clock).span(done));
  CHECK(on.bench.sequencer.done.empty());
  sc_core::sc_start();
  CHECK(on.bench.sequencer.done == Cycles{done});
}

TEST_CASE("slow lanes take up a vector while the one before is in their pipeline") {
  TileJob job = tile_job(3);
  job.lane_cycles = 25;
  job.lane_latency = 7;
  GroupBench on(4, {job});
  sc_core::sc_start();
  CHECK(on.bench.sequencer.done == Cycles{14 + 3 * 25 + 7 + 3});
}

TEST_CASE("a pipeline of lanes that is longer than the conversions holds every other vector in the converters") {
  TileJob job = tile_job(3);
  job.lane_cycles = 6;
  job.lane_latency = 40;
  GroupBench on(4, {job});
  sc_core::sc_start();
  // Vector 0 leaves the lanes at 12 + 6 + 2 + 40, vector 1 six cycles later; vector 2 is converted from 60 on.
  CHECK(on.bench.sequencer.done == Cycles{60 + 6 + 2 + 40 + 3});
}

TEST_CASE("lanes stand still while the vector in their pipeline cannot be drained") {
  TileJob slow = tile_job(1);
  slow.drains = {{8192, 64 * 60, 0, false}};
  TileJob job = tile_job(2);
  job.lane_cycles = 25;
  job.lane_latency = 4;
  job.drains = {};
  GroupBench on(4, {slow, job});
  sc_core::sc_start();
  // Sixty requests take 62 cycles from 18 on. Lanes would be done with the next vector at 49; they begin with the last
  // one when that can move in their pipeline again.
  CHECK(on.bench.sequencer.done == Cycles{18 + 62, 18 + 62 + 25});
}

TEST_CASE("a group reads its preloads before the first vector, while those of the job before are on their way") {
  TileJob second = tile_job(1);
  second.preloads = {{1024, 192, 0, false}};
  GroupBench on(4, {tile_job(1), second});
  sc_core::sc_start();
  // The intake is free at 4: requests at 4, 5, 6, the last answered at 10, where the vector is fetched.
  CHECK(on.bench.fetch_memory.requests ==
        std::vector<StubMemory::Request>{
            {0, 0, 64, true}, {4, 1024, 64, true}, {5, 1088, 64, true}, {6, 1152, 64, true}, {10, 0, 64, true}});
  CHECK(on.bench.sequencer.intake_free == Cycles{4, 14});
  CHECK(on.bench.sequencer.done == Cycles{21, 10 + 21});
}

TEST_CASE("the programmer plays the pulses and reads of all rounds, one after the other") {
  ProgramJob job;
  job.rounds = {14, 6, 5, 0, 2 + 1, 1 + 1, 0, {0, 1, 0, 0, 0, 1, 0, 0, 1}};
  GroupBench on(4, {}, {job, ProgramJob{}});
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
  CHECK(on.group.busy_cycles() == 0);
}
