#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "models/modules/chip.hpp"
#include "sim/config/architecture.hpp"
#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/program_size.hpp"
#include "sim/mapping/training_program.hpp"
#include "tests/support/small_trace.hpp"

using namespace palimpsest;

namespace {

struct Counted {
  std::uint64_t steps = 0;
  std::uint64_t words = 0;
  bool rises = true;
};

/// What a chip tells and counts when it plays a program.
Counted played(Chip& chip, const Program& program) {
  Counted counted;
  const PlayResult result = chip.play(program, [&counted](std::uint64_t steps) {
    counted.rises = counted.rises && steps >= counted.steps;
    counted.steps = steps;
  });
  counted.words = result.counts.interconnect_words;
  return counted;
}

}  // namespace

TEST_CASE("A program's size is the steps that a chip finishes and the words that it moves") {
  const Architecture chip_file = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {});
  const Trace trace = test::read_small_trace();
  const TileMap map = map_to_tiles(trace.network, chip_file);
  const ProgramContext context{chip_file, trace.network, map};
  Chip chip("chip", {chip_file.clock, static_cast<std::uint32_t>(map.blocks.size()), chip_file.tile, chip_file.sram,
                     chip_file.interconnect, chip_file.host_port, chip_file.off_chip});
  TrainingTask task;
  task.batch_size = 7;
  const TrainingPrograms training = training_programs(context, task);
  for (const Program& program :
       {inference_program(context, {}, 5), training.batch, training.forward, training.update}) {
    const ProgramSize size = size_of(program);
    const Counted counted = played(chip, program);
    CHECK(counted.rises);
    CHECK(counted.steps == size.steps);
    CHECK(size.steps == program.steps.size() * program.samples);
    // What is no whole number of words takes a whole one.
    CHECK(counted.words * 4 >= size.bytes);
    CHECK(counted.words * 4 < size.bytes * 5 / 4);
  }
  LoraJob product;
  product.vectors = 3;
  product.cycles_per_vector = 1;
  product.preloads = {{0, 64, 0, false}};
  product.fetches = {{64, 8, 8, true}};
  product.drains = {{128, 12, 12, true}, {256, 4, 4, true}};
  Program program;
  program.samples = 2;
  program.steps = {{product, 0, {}}};
  CHECK(size_of(program).bytes == 2 * (64 + 3 * (8 + 12 + 4)));
  CHECK(played(chip, program).words * 4 == size_of(program).bytes);
}

TEST_CASE("Vectors count once for each pass, and writes are steps") {
  Program program;
  program.samples = 3;
  TileJob tile;
  tile.vectors = 5;
  tile.passes = 4;
  ProgramJob writes;
  writes.rounds.cells = 3;
  program.steps = {{tile, 0, {}}, {HostJob{}, 0, {}}, {writes, 0, {}}};
  const ProgramSize size = size_of(program);
  CHECK(size.steps == 9);
  CHECK(size.vectors == 3 * (5 * 4 + 1));
  CHECK(size.bytes == 0);
}
