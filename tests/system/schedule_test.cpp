#include <catch2/catch.hpp>
#include <random>

#include "models/modules/chip.hpp"
#include "sim/config/architecture.hpp"
#include "sim/mapping/deployment_program.hpp"
#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/training_program.hpp"
#include "sim/network/resistive_arrays.hpp"
#include "tests/support/command.hpp"
#include "tests/support/schedule.hpp"
#include "tests/support/small_trace.hpp"
#include "tests/support/temporary_directory.hpp"

namespace palimpsest {
namespace {

/// A chip, a trace and the event-driven model of it, to be compared with the clock-stepped schedule.
class Comparison {
 public:
  Comparison(const std::string& trace_directory, const std::vector<Override>& overrides)
      : architecture_(read_architecture(test::shipped("arch/rm180.json"), overrides)),
        trace_(read_trace(trace_directory)),
        map_(map_to_tiles(trace_.network, architecture_)),
        config_{architecture_.clock,        static_cast<std::uint32_t>(map_.blocks.size()),
                architecture_.tile,         architecture_.sram,
                architecture_.interconnect, architecture_.host_port,
                architecture_.off_chip},
        chip_("chip", config_) {}

  const Trace& trace() const { return trace_; }
  ProgramContext context() const { return {architecture_, trace_.network, map_}; }

  void check(const Program& program) {
    const PlayResult events = chip_.play(program);
    const auto stepped = schedule::play_clock_stepped(config_, program);
    CHECK(events.cycles > 0);
    CHECK(events.cycles == stepped.cycles);
    CHECK(events.memory_wait_cycles == stepped.memory_wait_cycles);
    const PlayBound bound = play_bound(program, config_);
    CHECK(events.cycles <= bound.cycles);
    CHECK(events.memory_wait_cycles <= bound.memory_wait_cycles);
    std::vector<std::uint64_t> busy_cycles = events.busy.tiles;
    for (const std::uint64_t cycles : {events.busy.lora_unit, events.busy.vector_unit, events.busy.host_port,
                                       events.busy.off_chip, events.busy.programmer}) {
      busy_cycles.push_back(cycles);
    }
    CHECK(busy_cycles == stepped.busy_cycles);
    CHECK(events.counts.dac_updates == stepped.counts.dac_updates);
    CHECK(events.counts.word_line_switches == stepped.counts.word_line_switches);
    CHECK(events.counts.tia_samples == stepped.counts.tia_samples);
    CHECK(events.counts.adc_conversions == stepped.counts.adc_conversions);
    CHECK(events.counts.shift_adds == stepped.counts.shift_adds);
    CHECK(events.counts.sram_read_words == stepped.counts.sram_read_words);
    CHECK(events.counts.sram_write_words == stepped.counts.sram_write_words);
    CHECK(events.counts.interconnect_words == stepped.counts.interconnect_words);
    CHECK(events.counts.lora_macs == stepped.counts.lora_macs);
    CHECK(events.counts.sram_busy_cycles == stepped.counts.sram_busy_cycles);
    CHECK(events.counts.vector_adds == stepped.counts.vector_adds);
    CHECK(events.counts.vector_macs == stepped.counts.vector_macs);
    CHECK(events.counts.vector_lookups == stepped.counts.vector_lookups);
    CHECK(events.counts.vector_moves == stepped.counts.vector_moves);
    CHECK(events.counts.host_words == stepped.counts.host_words);
    CHECK(events.counts.off_chip_loaded_words == stepped.counts.off_chip_loaded_words);
    CHECK(events.counts.off_chip_stored_words == stepped.counts.off_chip_stored_words);
    CHECK(events.counts.rm_cells == stepped.counts.rm_cells);
    CHECK(events.counts.rm_set_pulses == stepped.counts.rm_set_pulses);
    CHECK(events.counts.rm_reset_pulses == stepped.counts.rm_reset_pulses);
    CHECK(events.counts.rm_verify_reads == stepped.counts.rm_verify_reads);
    CHECK(events.counts.rm_forming_pulses == stepped.counts.rm_forming_pulses);
    CHECK(events.counts.rm_write_word_lines == stepped.counts.rm_write_word_lines);
    CHECK(events.counts.rm_verify_word_lines == stepped.counts.rm_verify_word_lines);
  }

  void check_all_programs() {
    const Method& method = trace_.phases.back().hybrid;
    std::vector<const Adapter*> adapters;
    for (const std::string& name : method.adapters) adapters.push_back(&trace_.adapters.at(name));
    check(inference_program(context(), adapters, 5));
    check(inference_program(context(), {}, 5));

    TrainingTask adapter_training;
    adapter_training.trained_adapter = adapters.back();
    adapter_training.adapters = adapters;
    adapter_training.optimizer = Optimizer::adam;
    adapter_training.batch_size = 3;
    check(training_programs(context(), adapter_training).batch);
    check(training_programs(context(), adapter_training).forward);
    check(training_programs(context(), adapter_training).update);

    TrainingTask backbone_training;
    backbone_training.has_momentum = true;
    backbone_training.batch_size = 3;
    check(training_programs(context(), backbone_training).batch);
    check(training_programs(context(), backbone_training).update);
    backbone_training.backbone_in_arrays = true;
    check(training_programs(context(), backbone_training).batch);

    ResistiveArrays arrays(architecture_, map_, 1);
    DeploymentTask deployment;
    deployment.array_writes = arrays.write(trace_.weights.at(method.weights));
    for (const std::string& name : trace_.network.digital_parameters()) deployment.vectors.insert(name);
    deployment.adapters = adapters;
    deployment.new_adapters = adapters;
    check(deployment_program(context(), deployment));
  }

 private:
  Architecture architecture_;
  Trace trace_;
  TileMap map_;
  ChipConfig config_;
  Chip chip_;
};

/// Loads, stores and other units' jobs on the same banks, with dependencies and sizes drawn at random.
Program drawn_program(std::mt19937& random, std::uint32_t tiles) {
  const auto below = [&random](std::uint32_t limit) { return static_cast<std::uint32_t>(random() % limit); };
  Program program;
  program.samples = 1 + below(4);
  program.samples_in_flight = 1 + below(3);
  program.slot_bytes = 4096;
  for (std::uint32_t step = 0; step < 12; ++step) {
    const StridedRange range{below(2048), 1 + below(200), below(300), true};
    Step next;
    const auto fill = [&](auto job) {
      job.vectors = 1 + below(4);
      job.fetches = {range};
      job.drains = {{below(2048), 1 + below(90), 64, below(2) == 0}};
      return job;
    };
    switch (below(5)) {
      case 0:
        next.job = fill(VectorJob{{}, below(30), {}});
        break;
      case 1:
        next.job = fill(HostJob{{}, below(30)});
        break;
      case 2: {
        TileJob job = fill(TileJob{});
        job.driven_lines = job.sensed_lines = 1 + below(20);
        next = {job, below(tiles), {}};
        break;
      }
      default: {
        OffChipJob job;
        job.vectors = 1 + below(6);
        job.memory = {below(5000), range.bytes, 1000, false};
        (below(2) == 0 ? job.fetches : job.drains) = {range};
        next.job = job;
      }
    }
    for (std::uint32_t earlier = 0; earlier < step; ++earlier) {
      if (below(5) == 0) next.depends_on.push_back(earlier);
    }
    program.steps.push_back(next);
  }
  return program;
}

void compare_drawn_programs(const std::vector<Override>& overrides) {
  const test::TemporaryDirectory directory;
  test::write_small_trace(directory.path());
  Comparison comparison(directory.path(), overrides);
  std::mt19937 random(1);
  for (int program = 0; program < 60; ++program) comparison.check(drawn_program(random, 3));
}

void compare_small_trace(const std::vector<Override>& overrides) {
  const test::TemporaryDirectory directory;
  test::write_small_trace(directory.path());
  Comparison(directory.path(), overrides).check_all_programs();
}

}  // namespace

TEST_CASE("The chip takes the cycles of an independent schedule: small trace, shipped chip") {
  compare_small_trace({});
}

TEST_CASE("The same cycles and counts where cells are formed first") {
  compare_small_trace({{"/programmer/forming", R"({"volt": 3, "pulse_ns": 12345, "current_microampere": 100})"}});
}

TEST_CASE("The same cycles with one sample in flight") { compare_small_trace({{"/sequencer/samples_in_flight", "1"}}); }

TEST_CASE("The same cycles with a single bank, narrow words and a slow interconnect") {
  compare_small_trace({{"/sram/banks", "1"},
                       {"/sram/bank_kib", "64"},
                       {"/sram/word_bits", "16"},
                       {"/sram/line_words", "4"},
                       {"/sram/access_cycles", "3"},
                       {"/interconnect/latency_cycles", "5"},
                       {"/sequencer/samples_in_flight", "4"}});
}

TEST_CASE("The same cycles under a clock faster than the blocks, with banks that wake up") {
  compare_small_trace({{"/clock_period_ps", "1000"},
                       {"/sram/banks", "4"},
                       {"/sram/bank_kib", "64"},
                       {"/sram/idle_leakage_share", "0.2"},
                       {"/sram/wake_cycles", "3"}});
}

TEST_CASE("The same cycles with layers cut over several tiles and digital backward products") {
  compare_small_trace({{"/tile/rows", "3"},
                       {"/tile/columns", "3"},
                       {"/programmer/parallel_cells", "2"},
                       {"/tile/adc/count", "1"},
                       {"/training/backward_products", "\"digital\""},
                       {"/sequencer/samples_in_flight", "3"}});
}

TEST_CASE("The same cycles with differential pairs read in two passes") {
  compare_small_trace({{"/tile/mapping/weights", "differential"}, {"/tile/mapping/inputs", "two_pass"}});
}

TEST_CASE("The same cycles with bit slices and bit-serial inputs, converters shared by few lines") {
  compare_small_trace({{"/tile/mapping/slices", "2"},
                       {"/tile/mapping/inputs", "bit_serial"},
                       {"/tile/dac/bits", "5"},
                       {"/tile/adc/count", "3"},
                       {"/sequencer/samples_in_flight", "3"}});
}

TEST_CASE("The same cycles with integrators, whose transfer overlaps with the next read") {
  compare_small_trace({{"/tile/sensing/kind", "integrator"}, {"/tile/sensing/transfer_ns", "250"}});
}

TEST_CASE("The same cycles with loads from an off-chip memory and stores to it") { compare_drawn_programs({}); }

TEST_CASE("The same cycles with an off-chip memory slower than all else") {
  compare_drawn_programs({{"/sram/banks", "2"},
                          {"/sram/bank_kib", "64"},
                          {"/sram/line_words", "4"},
                          {"/off_chip/latency/value", "1234"},
                          {"/off_chip/bandwidth/value", "3"}});
}

TEST_CASE("The same cycles with an off-chip memory faster than the banks") {
  compare_drawn_programs({{"/sram/access_cycles", "7"},
                          {"/sram/banks", "1"},
                          {"/sram/bank_kib", "64"},
                          {"/off_chip/latency/value", "0"},
                          {"/off_chip/bandwidth/value", "100000"}});
}

TEST_CASE("The same cycles where the face trace's programs go through the off-chip memory") {
  Comparison comparison(test::shipped("traces/face"), {{"/sram/banks", "2"}, {"/sram/bank_kib", "4"}});
  std::vector<const Adapter*> adapters;
  for (const std::string& name : comparison.trace().phases.back().hybrid.adapters) {
    adapters.push_back(&comparison.trace().adapters.at(name));
  }
  const Program inference = inference_program(comparison.context(), adapters, 2);
  CHECK(uses_off_chip(inference));
  comparison.check(inference);
  TrainingTask task;
  task.trained_adapter = adapters.back();
  task.adapters = adapters;
  task.optimizer = Optimizer::adam;
  const TrainingPrograms programs = training_programs(comparison.context(), task);
  comparison.check(programs.batch);
  comparison.check(programs.forward);
  comparison.check(programs.update);
}

TEST_CASE("The same cycles for an inference of the face trace") {
  Comparison comparison(test::shipped("traces/face"), {});
  std::vector<const Adapter*> adapters;
  for (const std::string& name : comparison.trace().phases.back().hybrid.adapters) {
    adapters.push_back(&comparison.trace().adapters.at(name));
  }
  comparison.check(inference_program(comparison.context(), adapters, 2));
}

}  // namespace palimpsest
