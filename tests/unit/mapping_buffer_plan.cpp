#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/mapping/deployment_program.hpp"
#include "sim/mapping/divisible_job.hpp"
#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/training_program.hpp"
#include "tests/support/data_flow.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/small_networks.hpp"
#include "tests/support/thrown_error.hpp"
#include "tests/support/value_flow.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

/// A chip with a buffer of `kib` and tiles of 16 x 20.
Architecture chip_of(std::uint32_t kib) {
  Architecture chip = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {});
  chip.tile.crossbar.rows = 16;
  chip.tile.crossbar.columns = 20;
  chip.sram.banks = 1;
  chip.sram.bank_kib = kib;
  return chip;
}

constexpr std::uint32_t plenty = 65'536;

/// Networks whose values have some KiB.
std::vector<AdaptedNetwork> networks() {
  std::vector<AdaptedNetwork> all;
  {
    NetworkBuilder builder({24, 30});
    const auto mixed = builder.linear(builder.transpose(builder.norm(0, "gain")), 24, "token");
    const auto kept = builder.sum(0, builder.transpose(builder.relu(mixed)));
    const auto branch = builder.linear(builder.norm(kept, "second gain"), 30, "channel", "channel bias");
    builder.linear(builder.mean(builder.sum(kept, branch)), 5, "head");
    const Network network = builder.network();
    all.push_back({"a mixer", network, adapter_on(network, {2, 7, 10}, 2), adapter_on(network, {7}, 3)});
  }
  {
    NetworkBuilder builder({20, 17});
    const auto first = builder.linear(0, 17, "w", "b");
    const auto second = builder.linear(builder.gelu(first), 17, "w", "b");
    builder.mean(builder.norm(builder.sum(builder.linear(second, 17, "v"), builder.linear(second, 17, "u")), "gain"));
    const Network network = builder.network();
    all.push_back({"shared parameters", network, adapter_on(network, {2, 3}, 2), adapter_on(network, {0, 4}, 3)});
  }
  return all;
}

void check_none(const std::vector<std::string>& faults) {
  INFO(lines_of(
      {faults.begin(), faults.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(faults.size(), 9))}));
  CHECK(faults.empty());
}

std::size_t computing_steps(const Program& program) {
  return static_cast<std::size_t>(std::count_if(program.steps.begin(), program.steps.end(), [](const Step& step) {
    return !std::holds_alternative<OffChipJob>(step.job);
  }));
}

/// What the plans of a test did.
struct Seen {
  std::size_t reused = 0;
  std::size_t spilled = 0;
  std::size_t cut = 0;
};

void check_plan(const Program& planned, const Program& plain, const Architecture& chip, Seen& seen) {
  const DataFlow flow = data_flow(planned, chip.sram);
  check_none(flow.faults);
  check_none(value_faults(planned, plain));
  if (uses_off_chip(planned)) {
    ++seen.spilled;
    CHECK(planned.samples_in_flight == 1);
    CHECK(flow.borrowed.empty());
  } else if (planned.slot_bytes < plain.slot_bytes) {
    ++seen.reused;
  }
  if (computing_steps(planned) > plain.steps.size()) ++seen.cut;
}

std::vector<TrainingTask> tasks_of(const AdaptedNetwork& adapted) {
  TrainingTask of_adapter;
  of_adapter.batch_size = 3;
  of_adapter.adapters = {&adapted.first, &adapted.second};
  of_adapter.trained_adapter = &adapted.first;
  of_adapter.optimizer = Optimizer::adam;
  TrainingTask of_backbone;
  of_backbone.batch_size = 3;
  of_backbone.has_momentum = true;
  TrainingTask in_arrays = of_backbone;
  in_arrays.backbone_in_arrays = true;
  return {of_adapter, of_backbone, in_arrays};
}

/// Calls `check` with the programs of a network on a chip of `kib` and on one with plenty of room.
template <class Check>
void for_programs(const AdaptedNetwork& adapted, std::uint32_t kib, const Check& check) {
  const Architecture chip = chip_of(kib);
  const Architecture roomy = chip_of(plenty);
  const TileMap map = map_to_tiles(adapted.network, chip);
  const ProgramContext context{chip, adapted.network, map};
  const ProgramContext with_room{roomy, adapted.network, map};
  INFO(adapted.name << ", " << kib << " KiB");
  for (const std::vector<const Adapter*>& adapters :
       {std::vector<const Adapter*>{}, std::vector<const Adapter*>{&adapted.first, &adapted.second}})
    check(chip, inference_program(context, adapters, 5), inference_program(with_room, adapters, 5));
  for (const TrainingTask& task : tasks_of(adapted)) {
    const TrainingPrograms programs = training_programs(context, task);
    const TrainingPrograms plain = training_programs(with_room, task);
    check(chip, programs.batch, plain.batch);
    check(chip, programs.update, plain.update);
  }
}

}  // namespace

TEST_CASE("With less and less room a program computes the same, from places used again to values in pieces") {
  Seen seen;
  for (const AdaptedNetwork& network : networks()) {
    for (const std::uint32_t kib : {32U, 14U, 8U, 6U, 3U}) {
      for_programs(network, kib, [&](const Architecture& chip, const Program& planned, const Program& plain) {
        check_plan(planned, plain, chip, seen);
      });
    }
  }
  CHECK(seen.reused > 5);
  CHECK(seen.spilled > 20);
  CHECK(seen.cut > 10);
}

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

TEST_CASE("Inference loads what a deployment stored, and the update of parameters what the batch did") {
  for (const AdaptedNetwork& adapted : networks()) {
    INFO(adapted.name);
    const Architecture chip = chip_of(3);
    const TileMap map = map_to_tiles(adapted.network, chip);
    const ProgramContext context{chip, adapted.network, map};
    DeploymentTask deployment;
    deployment.adapters = deployment.new_adapters = {&adapted.first, &adapted.second};
    for (const std::string& name : adapted.network.digital_parameters()) deployment.vectors.insert(name);
    const DataFlow deployed = data_flow(deployment_program(context, deployment), chip.sram);
    const DataFlow inferred = data_flow(inference_program(context, deployment.adapters, 2), chip.sram);
    CHECK_FALSE(inferred.off_chip_borrowed.empty());
    check_none(deployed.faults);
    check_none(missing_off_chip(inferred.off_chip_borrowed, deployed.off_chip_drained));

    const TrainingPrograms programs = training_programs(context, tasks_of(adapted)[1]);
    const DataFlow batch = data_flow(programs.batch, chip.sram);
    const DataFlow update = data_flow(programs.update, chip.sram);
    // Gradients: what the batch stores the update loads. Working copies: what the batch loads the update stores.
    CHECK_FALSE(batch.off_chip_drained.empty());
    check_none(missing_off_chip(batch.off_chip_drained, update.off_chip_borrowed));
    check_none(missing_off_chip(batch.off_chip_drained, update.off_chip_drained));
  }
}

TEST_CASE("The forward passes of a batch that spills are its first steps") {
  const AdaptedNetwork adapted = networks()[0];
  const Architecture chip = chip_of(5);
  const TileMap map = map_to_tiles(adapted.network, chip);
  const TrainingPrograms programs = training_programs({chip, adapted.network, map}, tasks_of(adapted)[0]);
  const TrainingPrograms plain = training_programs({chip_of(plenty), adapted.network, map}, tasks_of(adapted)[0]);
  REQUIRE(uses_off_chip(programs.forward));
  REQUIRE(programs.forward.steps.size() < programs.batch.steps.size());
  CHECK(value_faults(programs.forward, plain.forward).empty());
}

namespace {

/// A program that uses places again, or one that goes through the off-chip memory, and what it computes.
struct Sound {
  Program planned;
  Program plain;
  SramConfig sram;

  bool is_found_out(const Program& broken) const {
    return !data_flow(broken, sram).faults.empty() || !value_faults(broken, plain).empty();
  }
};

std::vector<Sound> sound_programs() {
  std::vector<Sound> programs;
  const AdaptedNetwork adapted = networks()[1];
  for (const std::uint32_t kib : {14U, 8U, 3U}) {
    const Architecture chip = chip_of(kib);
    const TileMap map = map_to_tiles(adapted.network, chip);
    const Architecture roomy = chip_of(plenty);
    const TrainingTask task = tasks_of(adapted)[0];
    programs.push_back({training_programs({chip, adapted.network, map}, task).batch,
                        training_programs({roomy, adapted.network, map}, task).batch, chip.sram});
  }
  return programs;
}

bool waits_for(const Program& program, std::uint32_t step, std::uint32_t earlier, std::vector<bool>& seen) {
  for (const std::uint32_t dependency : program.steps[step].depends_on) {
    if (dependency == earlier) return true;
    if (dependency < earlier || seen[dependency]) continue;
    seen[dependency] = true;
    if (waits_for(program, dependency, earlier, seen)) return true;
  }
  return false;
}

/// Whether two steps use a place in a way that needs an order between them.
bool meet(const Program& program, std::uint32_t step, std::uint32_t earlier) {
  bool met = false;
  const auto each = [&](std::uint32_t number, const auto& visit) {
    Job job = program.steps[number].job;
    for_each_range(job, [&](const StridedRange& range, std::uint32_t vectors, bool written) {
      for (std::uint64_t vector = 0; vector < vectors; ++vector)
        visit(range.address + vector * range.stride, range.bytes, written, 0);
    });
    if (const auto* transfer = std::get_if<OffChipJob>(&job)) {
      for (std::uint64_t vector = 0; vector < transfer->vectors; ++vector) {
        visit(transfer->memory.address + vector * transfer->memory.stride, transfer->memory.bytes, !transfer->loads(),
              transfer->memory.per_sample ? 1 : 2);
      }
    }
  };
  each(step, [&](std::uint64_t begin, std::uint64_t bytes, bool written, int space) {
    each(earlier, [&](std::uint64_t other, std::uint64_t of_other, bool other_written, int other_space) {
      met = met ||
            (space == other_space && (written || other_written) && begin < other + of_other && other < begin + bytes);
    });
  });
  return met;
}

}  // namespace

TEST_CASE("A planned program whose step waits for one less of those it meets is found out") {
  for (const Sound& sound : sound_programs()) {
    REQUIRE_FALSE(sound.is_found_out(sound.planned));
    std::size_t tried = 0;
    for (std::uint32_t step = 0; step < sound.planned.steps.size(); ++step) {
      for (std::size_t number = 0; number < sound.planned.steps[step].depends_on.size(); ++number) {
        Program broken = sound.planned;
        std::vector<std::uint32_t>& dependencies = broken.steps[step].depends_on;
        const std::uint32_t dropped = dependencies[number];
        dependencies.erase(dependencies.begin() + static_cast<std::ptrdiff_t>(number));
        std::vector<bool> seen(broken.steps.size(), false);
        if (waits_for(broken, step, dropped, seen) || !meet(broken, step, dropped)) continue;
        if (tried++ % 4 != 0) continue;
        INFO("step " << step << " without " << dropped);
        CHECK(sound.is_found_out(broken));
      }
    }
    CHECK(tried > 20);
  }
}

TEST_CASE("A planned program without one of its stores, or with a load of something else, is found out") {
  const Sound sound = sound_programs()[1];
  REQUIRE(uses_off_chip(sound.planned));
  for (std::uint32_t step = 0; step < sound.planned.steps.size(); ++step) {
    const auto* transfer = std::get_if<OffChipJob>(&sound.planned.steps[step].job);
    if (transfer == nullptr) continue;
    Program broken = sound.planned;
    OffChipJob& changed = std::get<OffChipJob>(broken.steps[step].job);
    INFO("step " << step << (transfer->loads() ? ", a load" : ", a store"));
    changed.memory.address += 64;
    CHECK(sound.is_found_out(broken));
    changed = *transfer;
    (changed.loads() ? changed.drains : changed.fetches)[0].address += 64;
    CHECK(sound.is_found_out(broken));
    changed = *transfer;
    changed.memory.per_sample = !changed.memory.per_sample;
    CHECK(sound.is_found_out(broken));
    if (changed.memory.bytes < 2) continue;
    changed = *transfer;
    --changed.memory.bytes;
    CHECK(sound.is_found_out(broken));
  }
}

TEST_CASE("A program that keeps a sample's values off the chip with several samples in flight is found out") {
  Sound sound = sound_programs()[1];
  sound.planned.samples_in_flight = 2;
  CHECK(sound.is_found_out(sound.planned));
}
