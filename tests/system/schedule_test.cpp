#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <utility>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/mapping/deployment_program.hpp"
#include "sim/mapping/driven_lines.hpp"
#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/training_program.hpp"
#include "sim/network/resistive_arrays.hpp"
#include "tests/support/command.hpp"
#include "tests/support/schedule_comparison.hpp"
#include "tests/support/small_trace.hpp"
#include "tests/support/spiking_trace.hpp"
#include "tests/support/temporary_directory.hpp"

namespace palimpsest {
namespace {

bool feeds_adapters(const Program& program) {
  return std::any_of(program.steps.begin(), program.steps.end(), [](const Step& step) {
    const auto* job = std::get_if<TileJob>(&step.job);
    return job != nullptr && job->adapters.has_value();
  });
}

/// A chip, a trace and the event-driven model of it, to be compared with the clock-stepped schedule.
class Comparison {
 public:
  Comparison(const std::string& trace_directory, const std::vector<Override>& overrides)
      : architecture_(read_architecture(test::shipped("arch/rm180.json"), overrides)),
        trace_(read_trace(trace_directory)),
        map_(map_to_tiles(trace_.network, architecture_)),
        chip_("chip",
              {architecture_.clock, static_cast<std::uint32_t>(map_.groups.size()), architecture_.tile,
               architecture_.sram, architecture_.interconnect, architecture_.host_port, architecture_.off_chip}) {}

  const Trace& trace() const { return trace_; }
  ProgramContext context() const { return {architecture_, trace_.network, map_}; }

  PlayResult check(const Program& program) {
    PlayResult play = schedule::check_as_scheduled(chip_, program);
    CHECK(play.cycles > 0);
    return play;
  }

  /// As evaluation might find them.
  void draw_driven_lines(Program& program) const {
    DrivenLineTables tables;
    attach_driven_lines(context(), program, tables);
    std::mt19937 random(1);
    for (const auto& [read, table] : tables) {
      for (std::uint32_t& lines : table->lines) lines = static_cast<std::uint32_t>(random() % 6);
    }
  }

  void check_all_programs() {
    const Method& method = trace_.phases.back().hybrid;
    std::vector<const Adapter*> adapters;
    for (const std::string& name : method.adapters) adapters.push_back(&trace_.adapters.at(name));
    Program inference = inference_program(context(), adapters, 5);
    draw_driven_lines(inference);
    const PlayResult play = check(inference);
    CHECK(feeds_adapters(inference) == architecture_.data_path.tile_groups);
    const bool has_groups_of_several_tiles = map_.groups.size() < map_.blocks.size();
    CHECK((play.counts.group_wire_bits > 0) == has_groups_of_several_tiles);
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
  Chip chip_;
};

void compare_small_trace(const std::vector<Override>& overrides) {
  const test::TemporaryDirectory directory;
  test::write_small_trace(directory.path());
  Comparison(directory.path(), overrides).check_all_programs();
}

/// On tiles that cut every layer, with loads of many cycles.
void compare_spiking_trace(std::vector<Override> overrides) {
  const test::TemporaryDirectory directory;
  test::spiking_trace().write(directory.path());
  for (const auto& [field, value] : {std::pair{"/tile/dac/load_width_bits", "2"}, std::pair{"/tile/rows", "3"},
                                     std::pair{"/tile/columns", "3"}, std::pair{"/programmer/parallel_cells", "2"}})
    overrides.push_back({field, value});
  Comparison(directory.path(), overrides).check_all_programs();
}

}  // namespace

TEST_CASE("The chip takes the cycles of an independent schedule: small trace, shipped chip") {
  compare_small_trace({});
}

TEST_CASE("The same cycles where neurons' spikes are loaded as their addresses") {
  compare_spiking_trace({{"/tile/dac/load", "driven_lines"}, {"/tile/mapping/inputs", "two_pass"}});
}

TEST_CASE("The same cycles where all values other than zero are loaded with their addresses") {
  compare_spiking_trace(
      {{"/tile/dac/load", "driven_lines"}, {"/tile/dac/gated_inputs", "all"}, {"/tile/mapping/inputs", "two_pass"}});
}

TEST_CASE("The same cycles where no line is gated, and spikes are codes") {
  compare_spiking_trace({{"/tile/dac/gated_inputs", "none"}, {"/tile/mapping/inputs", "bit_serial"}});
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

TEST_CASE("The same cycles where tiles are single, and adapters and functions fetch what tiles have drained") {
  compare_small_trace({{"/tile/rows", "3"},
                       {"/tile/columns", "3"},
                       {"/programmer/parallel_cells", "2"},
                       {"/data_path/tile_groups", "false"},
                       {"/data_path/fused_functions", "false"},
                       {"/data_path/fused_values", "false"}});
}

TEST_CASE("The same cycles with one lane behind the converters of a tile, and a LoRA unit slower than those") {
  compare_small_trace({{"/tile/rows", "3"},
                       {"/tile/columns", "3"},
                       {"/programmer/parallel_cells", "2"},
                       {"/data_path/lanes_of_tile/lanes", "1"},
                       {"/data_path/lanes_of_tile/pipeline_cycles", "9"},
                       {"/lora_unit/rows", "1"},
                       {"/lora_unit/columns", "1"},
                       {"/lora_unit/pipeline_cycles", "99"}});
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

TEST_CASE("The same cycles where the face trace's programs go through the off-chip memory") {
  Comparison comparison(test::shipped("traces/face"), {{"/sram/banks", "1"}, {"/sram/bank_kib", "4"}});
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
