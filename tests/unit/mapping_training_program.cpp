#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/training_program.hpp"
#include "tests/support/small_trace.hpp"
#include "tests/support/stream_of.hpp"

using namespace palimpsest;
using palimpsest::test::adapters_of;
using palimpsest::test::stream_of;

namespace {

// Of the small trace. Pairs of this rank lie on `channel` (3 rows, 4 inputs, 5 outputs; nothing before it is trained)
// and on `head` (1 row, 5 inputs, 3 outputs; its input's gradient leads on to `channel`).
constexpr std::uint64_t rank = 2;

Architecture shipped(bool tile_groups) {
  Architecture chip = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json",
                                        {{"/sram/activation_bits", "16"}, {"/lora_unit/register_bits", "0"}});
  chip.data_path.tile_groups = tile_groups;
  return chip;
}

/// With tile groups adapters get the tiles' vectors, without them they fetch their own.
struct SmallChip {
  explicit SmallChip(bool tile_groups = true) : architecture(shipped(tile_groups)) {}

  Architecture architecture;
  Trace trace = test::read_small_trace();
  TileMap map = map_to_tiles(trace.network, architecture);

  ProgramContext context() const { return {architecture, trace.network, map}; }
  TrainingTask adapter_training() const {
    TrainingTask task;
    task.trained_adapter = &trace.adapters.at("forget");
    task.adapters = {task.trained_adapter};
    task.batch_size = 3;
    return task;
  }
};

/// Words of the shipped chip's 32 bits that `ranges` hold over all vectors. Everything starts on a word.
std::uint64_t words(const std::vector<StridedRange>& ranges, std::uint64_t vectors) {
  std::uint64_t sum = 0;
  for (const StridedRange& range : ranges) sum += vectors * ((range.bytes + 3U) / 4U);
  return sum;
}

/// Those that are adapters of a tile job too.
std::vector<const LoraJob*> lora_jobs(const Program& program) {
  std::vector<const LoraJob*> jobs;
  for (const Step& step : program.steps) {
    const auto* job = std::get_if<LoraJob>(&step.job);
    if (job == nullptr) job = adapters_of(step.job);
    if (job != nullptr) jobs.push_back(job);
  }
  return jobs;
}

std::uint64_t macs(const Program& program) {
  std::uint64_t sum = 0;
  for (const LoraJob* job : lora_jobs(program)) sum += job->macs_per_vector * job->vectors;
  return sum;
}

std::uint64_t update_words(const Program& program, std::vector<StridedRange> StreamJob::*ranges) {
  std::uint64_t sum = 0;
  for (const Step& step : program.steps) {
    const StreamJob& job = *stream_of(step.job);
    sum += words(job.*ranges, job.vectors);
  }
  return sum;
}

std::uint64_t update_operations(const Program& program) {
  std::uint64_t sum = 0;
  for (const Step& step : program.steps) {
    const auto& job = std::get<VectorJob>(step.job);
    sum += job.operations_per_vector.total() * job.vectors;
  }
  return sum;
}

}  // namespace

TEST_CASE("A trained pair multiplies A x and B^T dy once each") {
  const SmallChip chip(GENERATE(true, false));
  const TrainingPrograms programs = training_programs(chip.context(), chip.adapter_training());
  // B A x on the way forward.
  const std::uint64_t forward = 3 * rank * (4 + 5) + 1 * rank * (5 + 3);
  CHECK(macs(programs.forward) == forward);
  // `channel`: B^T dy, and the two outer products. `head`: A^T (B^T dy) besides.
  const std::uint64_t backward = 3 * (rank * 5 + rank * (4 + 5)) + 1 * (2 * rank * (5 + 3));
  CHECK(macs(programs.batch) == forward + backward);
}

TEST_CASE("An adapter in use that is not trained multiplies as in inference, and for gradients that go on") {
  const bool fed = GENERATE(true, false);
  SmallChip chip(fed);
  chip.trace.adapters["other"] = chip.trace.adapters.at("forget");
  const Adapter& other = chip.trace.adapters.at("other");
  TrainingTask task = chip.adapter_training();
  const TrainingPrograms alone = training_programs(chip.context(), task);
  task.adapters.push_back(&other);
  const TrainingPrograms both = training_programs(chip.context(), task);
  const std::uint64_t pairs = 3 * rank * (4 + 5) + 1 * rank * (5 + 3);
  CHECK(macs(both.forward) == macs(alone.forward) + pairs);
  CHECK(macs(both.batch) == macs(alone.batch) + pairs + 1 * rank * (5 + 3));
  std::size_t with_kept_product = 0;
  for (const LoraJob* job : lora_jobs(both.forward)) with_kept_product += job->drains.size() - (fed ? 0 : 1);
  CHECK(with_kept_product == other.layers.size());
}

TEST_CASE("The products of a trained pair rest in the SRAM buffer between the passes") {
  const bool fed = GENERATE(true, false);
  const SmallChip chip(fed);
  const TrainingPrograms programs = training_programs(chip.context(), chip.adapter_training());
  // Rank 2 at 16 bits is a word; parameters' gradients have 32 bits.
  REQUIRE(chip.architecture.training.gradient_bits == 16);
  REQUIRE(chip.architecture.training.optimizer_state_bits == 32);
  const std::vector<const LoraJob*> jobs = lora_jobs(programs.batch);
  REQUIRE(jobs.size() == 6);  // forward: channel, head; backward: head, its gradient, channel, its gradient
  const auto check = [](const LoraJob& job, std::uint64_t preloaded, std::uint64_t read, std::uint64_t written) {
    CHECK(words(job.preloads, 1) == preloaded);
    CHECK(words(job.fetches, job.vectors) == read);
    CHECK(words(job.drains, job.vectors) == written);
  };
  // Rows of A and B on words: [2, 4] and [5, 2]; [2, 5] and [3, 2]. Values at rest have 16 bits.
  // Fed adapters get x from the tiles' fetch, and their result goes to the tiles' lanes; else it rests in 32 bits.
  check(*jobs[0], 2 * 2 + 5, fed ? 0 : 3 * 2, 3 * (fed ? 1 : 5 + 1));
  check(*jobs[1], 2 * 3 + 3, fed ? 0 : 3, fed ? 1 : 3 + 1);
  check(*jobs[2], 3 + 2 * 3, 2, 3 + 1);
  check(*jobs[3], 2 * 5 + 3 * 2, 3 + 2 + 1 + 1, 2 * 5 + 3 * 2);
  check(*jobs[4], 5, 3 * 3, 3 * 1);
  check(*jobs[5], 2 * 4 + 5 * 2, 3 * 2 + 3 * 3 + 3 + 3, 2 * 4 + 5 * 2);
  CHECK(jobs[3]->macs_per_vector == 1 * rank * (5 + 3));
  CHECK(jobs[5]->macs_per_vector == 3 * rank * (4 + 5));
  // The gradient reads what the passes kept: A x behind the layer's products, B^T dy where the backward pass put it.
  CHECK(jobs[5]->fetches[2].address == jobs[0]->drains[fed ? 0 : 1].address);
  CHECK(jobs[5]->fetches[3].address == jobs[4]->drains[0].address);
  CHECK(jobs[3]->fetches[2].address == jobs[1]->drains[fed ? 0 : 1].address);
  CHECK(jobs[3]->fetches[3].address == jobs[2]->drains[1].address);
}

TEST_CASE("The forward program is the beginning of the batch's, at the same addresses") {
  SmallChip chip(GENERATE(true, false));
  chip.architecture.data_path.permutation_by_address = false;
  const TrainingPrograms programs = training_programs(chip.context(), chip.adapter_training());
  CHECK(programs.forward.samples == 3);
  CHECK(programs.forward.samples_in_flight == programs.batch.samples_in_flight);
  CHECK(programs.forward.slot_bytes == programs.batch.slot_bytes);
  // As inference, without sending the scores.
  const Program inference = inference_program(chip.context(), {&chip.trace.adapters.at("forget")}, 3);
  REQUIRE(programs.forward.steps.size() == inference.steps.size() - 1);
  for (std::size_t step = 0; step < programs.forward.steps.size(); ++step) {
    const Step& own = programs.forward.steps[step];
    CHECK(own.job.index() == inference.steps[step].job.index());
    CHECK(own.depends_on == inference.steps[step].depends_on);
    CHECK(own.depends_on == programs.batch.steps[step].depends_on);
    CHECK(stream_of(own.job)->drains[0].address == stream_of(programs.batch.steps[step].job)->drains[0].address);
  }
}

TEST_CASE("Momentum is one more tensor of state and one more operation of SGD, not of Adam's moments") {
  const SmallChip chip;
  TrainingTask task = chip.adapter_training();
  const TrainingPrograms plain = training_programs(chip.context(), task);
  task.has_momentum = true;
  const TrainingPrograms momentum = training_programs(chip.context(), task);
  task.has_momentum = false;
  task.optimizer = Optimizer::adam;
  const TrainingPrograms adam = training_programs(chip.context(), task);
  const std::uint64_t parameters = rank * (4 + 5) + rank * (5 + 3);
  REQUIRE(plain.trained_parameters == parameters);
  CHECK(update_operations(plain.update) == parameters);
  CHECK(update_operations(momentum.update) == 2 * parameters);
  CHECK(update_operations(adam.update) == 12 * parameters);
  // A word each: gradient and master parameter are read, with momentum the velocity, with Adam two moments.
  CHECK(update_words(plain.update, &StreamJob::fetches) == 2 * parameters);
  CHECK(update_words(momentum.update, &StreamJob::fetches) == 3 * parameters);
  CHECK(update_words(adam.update, &StreamJob::fetches) == 4 * parameters);
  const std::uint64_t plain_writes = update_words(plain.update, &StreamJob::drains);
  CHECK(update_words(momentum.update, &StreamJob::drains) == plain_writes + parameters);
  CHECK(update_words(adam.update, &StreamJob::drains) == plain_writes + 2 * parameters);
  // What takes no part in the update is the same.
  CHECK(macs(momentum.batch) == macs(plain.batch));
}

TEST_CASE("A product's cycles are its steps for every row it goes over at once, and one pipeline") {
  SmallChip chip(GENERATE(true, false));
  chip.architecture.lora_unit = {};
  chip.architecture.lora_unit.rows = 2;
  chip.architecture.lora_unit.columns = 2;
  chip.architecture.lora_unit.pipeline_cycles = 3;
  const auto cycles = [](const Program& program) {
    std::vector<std::uint64_t> all;
    for (const LoraJob* job : lora_jobs(program)) all.push_back(job->cycles_per_vector);
    return all;
  };
  using Cycles = std::vector<std::uint64_t>;
  // ceil(outputs / 2) ceil(inputs / 2) + 3 a product. Forward A and B of `channel`, then of `head`; backward B and A of
  // `head` and its gradients, B of `channel` and its gradients, over 3 rows.
  CHECK(cycles(training_programs(chip.context(), chip.adapter_training()).batch) ==
        Cycles{5 + 6, 6 + 5, 5 + 6, 5 + 6, 6, (9 + 3) + (6 + 3)});
  // Forward `token` of 3 x 3, `channel` of 4 x 5, `head` of 5 x 3; backward each one's input, then its weights, over 1,
  // 3 and 4 rows.
  CHECK(cycles(training_programs(chip.context(), {}).batch) ==
        Cycles{4 + 3, 6 + 3, 6 + 3, 6 + 3, 6 + 3, 6 + 3, 3 * 6 + 3, 4 + 3, 4 * 4 + 3});
}
