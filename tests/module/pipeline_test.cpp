#include <catch2/catch.hpp>

#include "models/modules/pipeline_stage.hpp"
#include "models/modules/streaming_unit.hpp"
#include "tests/module/stubs.hpp"

using namespace palimpsest;

namespace {

using Cycles = std::vector<std::uint64_t>;

class ConstantStage : public FixedTimeStage<VectorJob> {
 public:
  ConstantStage(const sc_core::sc_module_name& name, std::uint64_t cycles)
      : FixedTimeStage(name, CycleTime(test_clock)), cycles_(cycles) {}

 private:
  std::uint64_t serve(const VectorJob& /*job*/) override { return cycles_; }

  std::uint64_t cycles_;
};

/// Three stages of given service times between a fetch and a drain that take no time.
class ThreeStages : public StreamingUnit<VectorJob> {
 public:
  ThreeStages(const sc_core::sc_module_name& name, const UnitServices& services, std::uint64_t first,
              std::uint64_t second, std::uint64_t third)
      : StreamingUnit(name, services), first_("first", first), second_("second", second), third_("third", third) {
    fetch.out.bind(first_.in);
    first_.out.bind(second_.in);
    second_.out.bind(third_.in);
    third_.out.bind(drain.in);
  }

 private:
  ConstantStage first_;
  ConstantStage second_;
  ConstantStage third_;
};

struct PipelineBench {
  TestServices chip;
  ThreeStages unit;
  StubMemory fetch_memory{"fetch_memory", 1};
  StubMemory drain_memory{"drain_memory", 1};
  StubSequencer<VectorJob> sequencer;

  PipelineBench(const std::vector<std::uint32_t>& vectors, std::uint64_t first, std::uint64_t second,
                std::uint64_t third)
      : unit("unit", chip.services, first, second, third), sequencer("sequencer", jobs(vectors)) {
    unit.fetch.port.socket.bind(fetch_memory.socket);
    unit.drain.port.socket.bind(drain_memory.socket);
    sequencer.socket.bind(unit.commands);
  }

  static std::vector<VectorJob> jobs(const std::vector<std::uint32_t>& vectors) {
    std::vector<VectorJob> result(vectors.size());
    for (std::size_t i = 0; i < vectors.size(); ++i) result[i].vectors = vectors[i];
    return result;
  }
};

}  // namespace

TEST_CASE("one vector takes the sum of the service times") {
  PipelineBench bench({1}, 3, 7, 2);
  sc_core::sc_start(CycleTime(test_clock).span(3 + 7 + 2));
  CHECK(bench.sequencer.done.empty());
  sc_core::sc_start();
  CHECK(bench.sequencer.done == Cycles{12});
  CHECK(bench.sequencer.intake_free == Cycles{0});
  CHECK(bench.unit.busy_cycles() == 12);
}

TEST_CASE("in the steady state the slowest stage sets the pace, and blocks those before it") {
  PipelineBench bench({4}, 3, 7, 2);
  sc_core::sc_start();
  CHECK(bench.sequencer.done == Cycles{12 + 3 * 7});
  CHECK(bench.sequencer.intake_free == Cycles{17});  // the first stage takes vectors at 0, 3, 10, 17
}

TEST_CASE("the first stage being the slowest, nothing blocks") {
  PipelineBench bench({4}, 7, 3, 2);
  sc_core::sc_start();
  CHECK(bench.sequencer.done == Cycles{12 + 3 * 7});
  CHECK(bench.sequencer.intake_free == Cycles{21});  // 0, 7, 14, 21
}

TEST_CASE("a job enters while vectors of the one before are in later stages") {
  PipelineBench bench({4, 1}, 3, 7, 2);
  sc_core::sc_start();
  // The last vector of the first job is in the first stage from 17, in the second from 24 to 31, and done at 33. The
  // vector of the second job follows it: first stage at 24, second from 31 to 38, done at 40.
  CHECK(bench.sequencer.intake_free == Cycles{17, 24});
  CHECK(bench.sequencer.done == Cycles{33, 40});
  CHECK(bench.unit.busy_cycles() == 40);
}

TEST_CASE("a long job without service times takes no time, and no stack") {
  PipelineBench bench({100'000}, 0, 0, 0);
  sc_core::sc_start();
  CHECK(bench.sequencer.done == Cycles{0});
  CHECK(bench.unit.busy_cycles() == 0);
}
