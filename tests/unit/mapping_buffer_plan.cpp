#include <catch2/catch.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sim/mapping/buffer_plan.hpp"
#include "tests/support/data_flow.hpp"
#include "tests/support/planned_networks.hpp"
#include "tests/support/thrown_error.hpp"
#include "tests/support/value_flow.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

/// Words of the transfers of all samples: loaded and stored.
std::pair<std::uint64_t, std::uint64_t> words_moved(const Program& program) {
  std::pair<std::uint64_t, std::uint64_t> words;
  for (const Step& step : program.steps) {
    const auto* transfer = std::get_if<OffChipJob>(&step.job);
    if (transfer == nullptr) continue;
    (transfer->loads() ? words.first : words.second) +=
        std::uint64_t{program.samples} * transfer->vectors * off_chip_words(transfer->memory.bytes);
  }
  return words;
}

VectorJob job_of(const std::vector<Placement>& reads, const std::vector<Placement>& writes) {
  VectorJob job;
  job.vectors = (writes.empty() ? reads : writes).front().rows;
  for (const Placement& matrix : reads) job.fetches.push_back(matrix.row());
  for (const Placement& matrix : writes) job.drains.push_back(matrix.row());
  return job;
}

/// Programs by hand on a buffer of 4 KiB.
struct Bench {
  SramConfig sram;
  std::optional<OffChipConfig> off_chip{{1U << 20U, 50.0, 1e9, 0.0, 0.0}};
  SramLayout layout;
  UnplacedProgram program;

  Bench() : sram(small()), layout(sram) {}
  static SramConfig small() {
    SramConfig config;
    config.banks = 1;
    config.bank_kib = 4;
    return config;
  }

  /// [16, 32] of 16 bits, 1 KiB.
  Placement matrix() { return layout.per_sample(16, 32, 16); }
  std::uint32_t add(const Job& job, std::vector<std::uint32_t> depends_on) {
    program.steps.push_back({job, 0, std::move(depends_on)});
    return static_cast<std::uint32_t>(program.steps.size() - 1);
  }
  PlanTask task(std::uint32_t samples_in_flight) const {
    PlanTask one{sram, off_chip};
    one.samples = 3;
    one.samples_in_flight = samples_in_flight;
    one.purpose = "the test";
    return one;
  }
  Program planned(std::uint32_t samples_in_flight = 1) const {
    return plan_buffers(program, layout, task(samples_in_flight)).program;
  }
};

HostJob received(const Placement& matrix) {
  HostJob job;
  job.vectors = matrix.rows;
  job.drains = {matrix.row()};
  return job;
}

HostJob sent(const Placement& matrix) {
  HostJob job;
  job.vectors = matrix.rows;
  job.fetches = {matrix.row()};
  return job;
}

/// A chain of `length` matrices, each made of the one before; in the end the first is needed again.
Bench chain(std::uint32_t length) {
  Bench bench;
  std::vector<Placement> made{bench.matrix()};
  bench.add(received(made[0]), {});
  for (std::uint32_t one = 1; one < length; ++one) {
    made.push_back(bench.matrix());
    bench.add(job_of({made[one - 1]}, {made[one]}), {one - 1});
  }
  bench.add(sent(made.back()), {length - 1});
  bench.add(sent(made.front()), {0});
  return bench;
}

}  // namespace

TEST_CASE("What fits stays where it was built, with its dependencies") {
  const Bench bench = chain(2);
  const Program planned = bench.planned(2);
  CHECK(planned.samples_in_flight == 2);
  CHECK(planned.slot_bytes == 2048);
  CHECK(planned.steps.size() == bench.program.steps.size());
  for (std::size_t step = 0; step < planned.steps.size(); ++step)
    CHECK(planned.steps[step].depends_on == bench.program.steps[step].depends_on);
}

TEST_CASE("A place is used again once its last reader is done, and by nobody before") {
  // Seven matrices; the first lives on, and beside it two are enough.
  const Program planned = chain(7).planned(1);
  CHECK(planned.slot_bytes == 3 * 1024);
  CHECK_FALSE(uses_off_chip(planned));
  // The fourth takes the place of the second, which the third step read last.
  const auto& drains = [&](std::size_t step) { return std::get<VectorJob>(planned.steps[step].job).drains[0].address; };
  CHECK(drains(3) == drains(1));
  CHECK(planned.steps[3].depends_on == std::vector<std::uint32_t>{1, 2});
}

TEST_CASE("Fewer samples in flight come before the off-chip memory") {
  Bench bench = chain(3);
  CHECK(bench.planned(4).samples_in_flight == 1);
  CHECK_FALSE(uses_off_chip(bench.planned(4)));
  // Two slots of 2 KiB.
  Bench shorter;
  const Placement first = shorter.matrix();
  const Placement second = shorter.matrix();
  shorter.add(received(first), {});
  shorter.add(job_of({first}, {second}), {0});
  shorter.add(sent(second), {1});
  CHECK(shorter.planned(4).samples_in_flight == 2);
}

TEST_CASE("What is needed again furthest ahead is stored and loaded: words are those counted by hand") {
  // Of six matrices of 1 KiB, all needed twice, four fit. They are made in turn and read in the same order.
  Bench bench;
  std::vector<Placement> made;
  for (std::uint32_t one = 0; one < 6; ++one) {
    made.push_back(bench.matrix());
    bench.add(received(made.back()), {});
  }
  for (std::uint32_t one = 0; one < 6; ++one) bench.add(sent(made[one]), {one});
  const Program planned = bench.planned();
  // The fifth and the sixth each take the place of what is used last, the fourth and then the fifth: of three samples,
  // two matrices of 256 words each.
  CHECK(words_moved(planned) == std::pair<std::uint64_t, std::uint64_t>{1536, 1536});
  CHECK(data_flow(planned, bench.sram).faults.empty());
  Program plain;
  plain.steps = bench.program.steps;
  plain.slot_bytes = bench.layout.slot_bytes();
  CHECK(value_faults(planned, plain).empty());
}

TEST_CASE("A matrix larger than the buffer goes through it in pieces, each word once each way") {
  Bench bench;
  const Placement in = bench.layout.per_sample(400, 32, 16);
  const Placement out = bench.layout.per_sample(400, 16, 16);
  bench.add(received(in), {});
  bench.add(job_of({in}, {out}), {0});
  bench.add(sent(out), {1});
  const Program planned = bench.planned();
  const std::uint64_t words = 3 * (6'400 + 3'200);
  CHECK(words_moved(planned) == std::pair<std::uint64_t, std::uint64_t>{words, words});
  CHECK(data_flow(planned, bench.sram).faults.empty());
}

TEST_CASE("What is there once is loaded in every sample, and stored where it was changed") {
  Bench bench;
  const Placement large = bench.layout.per_sample(100, 32, 16);
  const Placement bias = bench.layout.fixed(1, 32, 16);
  const Placement sum = bench.layout.fixed(16, 32, 16);
  bench.add(received(large), {});
  VectorJob job;
  job.fetches = {large.part_of_row(0, 64), bias.row(), sum.whole()};
  job.drains = {sum.whole()};
  bench.add(job, {0});
  bench.add(sent(large), {0});
  const DataFlow flow = data_flow(bench.planned(), bench.sram);
  check_none(flow.faults);
  CHECK(flow.off_chip_borrowed.size() == 64 + 1024);
  CHECK(flow.off_chip_drained.size() == 1024);
}

TEST_CASE("A job that writes some rows leaves those between them as they were") {
  Bench bench;
  const Placement large = bench.layout.per_sample(100, 32, 16);
  const Placement once = bench.layout.fixed(3, 32, 16);
  bench.add(received(large), {});
  VectorJob job;
  job.fetches = {large.part_of_row(0, 64)};
  const StridedRange first = once.part_of_row(0, 64);
  job.drains = {first, {first.address + 128, 64, 0, false}};
  bench.add(job, {0});
  bench.add(sent(large), {0});
  PlanTask task = bench.task(1);
  task.samples = 1;
  const Program planned = plan_buffers(bench.program, bench.layout, task).program;
  check_none(data_flow(planned, bench.sram).faults);
  // The matrix to be sent, the row that the job reads, and the rows that it changes with the one between.
  CHECK(words_moved(planned).first == 100 * 16 + 16 + 3 * 16);
  Program plain;
  plain.steps = bench.program.steps;
  plain.slot_bytes = bench.layout.slot_bytes();
  CHECK(value_faults(planned, plain).empty());
}

TEST_CASE("What cannot run is told with what it needs and what would help") {
  Bench bench = chain(12);
  const Placement wide = bench.layout.per_sample(1, 3000, 16);
  bench.add(received(wide), {});
  bench.add(sent(wide), {static_cast<std::uint32_t>(bench.program.steps.size() - 1)});
  const auto told = [&] { return thrown_error([&] { bench.planned(); }); };
  CHECK(told().code == ExitCode::usage_or_architecture);
  CHECK(told().text ==
        "/sram: the test needs 6000 bytes of SRAM buffer for the smallest piece of a job, the chip has "
        "4096; a larger buffer (/sram/banks, /sram/bank_kib) would help");
  bench.off_chip.reset();
  CHECK_THAT(told().text, Catch::Contains("/sram: the test needs ") && Catch::Contains("the chip has 4096") &&
                              Catch::Contains("an off-chip memory (/off_chip) would hold"));
}

TEST_CASE("An off-chip memory that is too small says how much is needed") {
  Bench bench;
  const Placement large = bench.layout.per_sample(400, 32, 16);
  bench.add(received(large), {});
  bench.add(sent(large), {0});
  bench.off_chip->capacity_bytes = 20'000;
  const ThrownError error = thrown_error([&] { bench.planned(); });
  CHECK(error.text == "/off_chip/capacity_mib: the test needs 25600 bytes of off-chip memory, the chip has 20000");
}
