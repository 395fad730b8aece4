#include "models/modules/sequencer.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "tests/module/stubs.hpp"

using namespace palimpsest;

namespace {

template <class JobType>
using GivenTo = std::vector<typename StubUnit<JobType>::Given>;

/// A sequencer of two tile groups whose units take ten cycles for every job, but for the LoRA unit.
struct SequencerBench {
  Sequencer sequencer{"sequencer", 2, true, CycleTime(test_clock)};
  StubUnit<TileJob> group{"group", 10};
  StubUnit<TileJob> other_group{"other_group", 10};
  StubUnit<LoraJob> lora_unit;
  StubUnit<VectorJob> vector_unit{"vector_unit", 10};
  StubUnit<HostJob> host_port;
  StubUnit<OffChipJob> off_chip{"off_chip", 10};
  StubUnit<ProgramJob> programmer{"programmer", 10};

  explicit SequencerBench(std::uint64_t lora_cycles = 10, bool host_port_answers = true)
      : lora_unit("lora_unit", lora_cycles), host_port("host_port", 10, host_port_answers) {
    sequencer.group(0).socket.bind(group.socket);
    sequencer.group(1).socket.bind(other_group.socket);
    sequencer.lora_unit().socket.bind(lora_unit.socket);
    sequencer.vector_unit().socket.bind(vector_unit.socket);
    sequencer.host_port().socket.bind(host_port.socket);
    sequencer.off_chip().socket.bind(off_chip.socket);
    sequencer.programmer().socket.bind(programmer.socket);
  }

  std::uint64_t play(const Program& program) {
    sequencer.start(program);
    sc_core::sc_start();
    return sequencer.cycles();
  }
};

Step step(Job job, std::vector<std::uint32_t> depends_on = {}) { return {std::move(job), 0, std::move(depends_on)}; }

Step tile_step(std::uint32_t group) { return {TileJob{}, group, {}}; }

Step step_with_adapters(std::uint32_t group) {
  TileJob job;
  job.adapters.emplace();
  return {job, group, {}};
}

}  // namespace

TEST_CASE("every job type goes to its unit, and units work side by side") {
  SequencerBench bench;
  Program program;
  program.steps = {step(ProgramJob{}), step(HostJob{}), step(VectorJob{}),
                   step(LoraJob{}),    step(TileJob{}), step(OffChipJob{})};
  CHECK(bench.play(program) == 10);
  CHECK(bench.off_chip.given == GivenTo<OffChipJob>{{0, 0, 5}});
  CHECK(bench.programmer.given == GivenTo<ProgramJob>{{0, 0, 0}});
  CHECK(bench.host_port.given == GivenTo<HostJob>{{0, 0, 1}});
  CHECK(bench.vector_unit.given == GivenTo<VectorJob>{{0, 0, 2}});
  CHECK(bench.lora_unit.given == GivenTo<LoraJob>{{0, 0, 3}});
  CHECK(bench.group.given == GivenTo<TileJob>{{0, 0, 4}});
}

TEST_CASE("a dependency costs one cycle") {
  SequencerBench bench;
  Program program;
  program.steps = {step(TileJob{}), step(LoraJob{}, {0}), step(VectorJob{}, {0, 1})};
  CHECK(bench.play(program) == 10 + 1 + 10 + 1 + 10);
  CHECK(bench.lora_unit.given == GivenTo<LoraJob>{{11, 0, 1}});
  CHECK(bench.vector_unit.given == GivenTo<VectorJob>{{22, 0, 2}});
}

TEST_CASE("a free intake is used one cycle later") {
  SequencerBench bench;
  Program program;
  program.steps = {step(TileJob{}), step(TileJob{})};
  CHECK(bench.play(program) == 10 + 1 + 10);
  CHECK(bench.group.given == GivenTo<TileJob>{{0, 0, 0}, {11, 0, 1}});
}

TEST_CASE("the smallest sample goes first, then the smallest step") {
  SequencerBench bench;
  Program program;
  program.samples = program.samples_in_flight = 2;
  program.steps = {step(LoraJob{}), step(VectorJob{}, {0}), step(VectorJob{})};
  bench.play(program);
  CHECK(bench.lora_unit.given == GivenTo<LoraJob>{{0, 0, 0}, {11, 1, 0}});
  // At 11 step 1 of sample 0 goes before step 2 of sample 1, at 22 step 1 of sample 1 goes before its step 2.
  CHECK(bench.vector_unit.given == GivenTo<VectorJob>{{0, 0, 2}, {11, 0, 1}, {22, 1, 1}, {33, 1, 2}});
}

TEST_CASE("a sample starts when the one whose slot it takes is finished") {
  SequencerBench bench;
  Program program;
  program.samples = 5;
  program.samples_in_flight = 2;
  program.slot_bytes = 1000;
  program.steps = {step(TileJob{}), step(VectorJob{}, {0}), step(LoraJob{})};
  bench.play(program);
  // Samples 0 and 1 are finished by their vector jobs, at 21 and 32.
  CHECK(bench.group.given == GivenTo<TileJob>{{0, 0, 0}, {11, 1, 0}, {22, 2, 0}, {33, 3, 0}, {44, 4, 0}});
  CHECK(bench.vector_unit.given == GivenTo<VectorJob>{{11, 0, 1}, {22, 1, 1}, {33, 2, 1}, {44, 3, 1}, {55, 4, 1}});
  CHECK(bench.lora_unit.given == GivenTo<LoraJob>{{0, 0, 2}, {11, 1, 2}, {22, 2, 2}, {33, 3, 2}, {44, 4, 2}});
  CHECK(bench.group.slot_offsets == std::vector<std::uint64_t>{0, 1000, 0, 1000, 0});
}

TEST_CASE("one sample in flight: the samples follow one another") {
  SequencerBench bench;
  Program program;
  program.samples = 3;
  program.steps = {step(TileJob{}), step(LoraJob{})};
  CHECK(bench.play(program) == 10 + 11 + 11);
  CHECK(bench.group.given == GivenTo<TileJob>{{0, 0, 0}, {11, 1, 0}, {22, 2, 0}});
}

TEST_CASE("a unit that never answers is found out when events run out") {
  SequencerBench bench(10, false);
  Program program;
  program.steps = {step(TileJob{}), step(HostJob{}, {0}), step(VectorJob{}, {1})};
  bench.sequencer.start(program);
  sc_core::sc_start();
  CHECK_FALSE(bench.sequencer.finished());
  CHECK_THROWS_AS(bench.sequencer.cycles(), std::logic_error);
  CHECK(bench.vector_unit.given.empty());
}

TEST_CASE("cycle 0 of a program is the cycle it is started") {
  SequencerBench bench;
  Program program;
  program.steps = {step(TileJob{}), step(LoraJob{}, {0})};
  CHECK(bench.play(program) == 21);
  const std::uint64_t now = CycleTime(test_clock).now();
  CHECK(bench.play(program) == 21);
  CHECK(bench.group.given == GivenTo<TileJob>{{0, 0, 0}, {now, 0, 0}});
}

TEST_CASE("a step with adapters goes to both its units at once, and is done when both are") {
  SequencerBench bench(15);
  Program program;
  program.steps = {step_with_adapters(0), step(VectorJob{}, {0})};
  CHECK(bench.play(program) == 15 + 1 + 10);
  CHECK(bench.group.given == GivenTo<TileJob>{{0, 0, 0}});
  CHECK(bench.lora_unit.given == GivenTo<LoraJob>{{0, 0, 0}});
  CHECK(bench.vector_unit.given == GivenTo<VectorJob>{{16, 0, 1}});
}

TEST_CASE("a step with adapters is not done before its group is") {
  SequencerBench bench(5);
  Program program;
  program.samples = 2;
  program.slot_bytes = 1000;
  program.steps = {step_with_adapters(0), step(VectorJob{}, {0})};
  CHECK(bench.play(program) == 2 * (10 + 1 + 10) + 1);
  CHECK(bench.vector_unit.given == GivenTo<VectorJob>{{11, 0, 1}, {33, 1, 1}});
  CHECK(bench.lora_unit.given == GivenTo<LoraJob>{{0, 0, 0}, {22, 1, 0}});
}

TEST_CASE("groups take the LoRA unit in their order, and before it gets a job of its own") {
  SequencerBench bench;
  Program program;
  program.steps = {step(LoraJob{}), step_with_adapters(1), step_with_adapters(0)};
  CHECK(bench.play(program) == 10 + 1 + 10 + 1 + 10);
  CHECK(bench.group.given == GivenTo<TileJob>{{0, 0, 2}});
  CHECK(bench.other_group.given == GivenTo<TileJob>{{11, 0, 1}});
  CHECK(bench.lora_unit.given == GivenTo<LoraJob>{{0, 0, 2}, {11, 0, 1}, {22, 0, 0}});
}

TEST_CASE("a step with adapters is passed over until the LoRA unit can take them") {
  SequencerBench bench(25);
  Program program;
  program.steps = {step_with_adapters(0), step_with_adapters(1), tile_step(1), tile_step(1)};
  CHECK(bench.play(program) == 25 + 1 + 25);
  CHECK(bench.other_group.given == GivenTo<TileJob>{{0, 0, 2}, {11, 0, 3}, {26, 0, 1}});
  CHECK(bench.lora_unit.given == GivenTo<LoraJob>{{0, 0, 0}, {26, 0, 1}});
}

TEST_CASE("a step with adapters keeps its turn in its group, and does not hold the LoRA unit meanwhile") {
  SequencerBench bench(7);
  Program program;
  program.steps = {tile_step(0), step_with_adapters(0), tile_step(0), step(LoraJob{})};
  CHECK(bench.play(program) == 10 + 1 + 10 + 1 + 10);
  CHECK(bench.group.given == GivenTo<TileJob>{{0, 0, 0}, {11, 0, 1}, {22, 0, 2}});
  CHECK(bench.lora_unit.given == GivenTo<LoraJob>{{0, 0, 3}, {11, 0, 1}});
}
