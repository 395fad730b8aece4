#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/training_program.hpp"
#include "tests/support/network_builder.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

// One layer of 10 inputs and 7 outputs on 3 rows behind another one, so that its input's gradient is wanted; on tiles
// that do not work in step.

namespace {

constexpr std::uint32_t rows = 3;
constexpr int dac_bits = 6;

Network network() {
  NetworkBuilder builder({rows, 4});
  builder.linear(builder.linear(0, 10, "first"), 7, "second");
  return builder.network();
}

struct Mapping {
  WeightEncoding weights;
  std::uint32_t slices;
  InputEncoding inputs;
};

/// What a job asks of the tile of a block of `inputs` x `outputs`.
struct Expected {
  std::uint32_t passes, driven_lines, sensed_lines, reference_lines, shift_adds;
};

Architecture chip_with(const Mapping& mapping) {
  Architecture chip = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {});
  chip.data_path.tile_groups = false;
  chip.tile.crossbar.rows = 9;
  chip.tile.crossbar.columns = 24;
  chip.tile.dac.bits = dac_bits;
  chip.tile.mapping.weights = mapping.weights;
  chip.tile.mapping.slices = mapping.slices;
  chip.tile.mapping.inputs = mapping.inputs;
  return chip;
}

/// Checks the tile jobs of the second layer among the steps [first, last) of `program`, all of its blocks' once.
template <class Expect>
void check_jobs(const Program& program, std::size_t first, std::size_t last, const TileMap& map, const Expect& expect) {
  std::size_t jobs = 0;
  for (std::size_t step = first; step < last; ++step) {
    const auto* job = std::get_if<TileJob>(&program.steps[step].job);
    if (job == nullptr) continue;
    const TileBlock& block = map.blocks[program.steps[step].tile_group];
    if (block.weight != 1) continue;
    ++jobs;
    const Expected expected = expect(block.inputs, block.outputs);
    INFO("block of " << block.inputs << " x " << block.outputs);
    CHECK(job->vectors == rows);
    CHECK(job->passes == expected.passes);
    CHECK(job->driven_lines == expected.driven_lines);
    CHECK(job->sensed_lines == expected.sensed_lines);
    CHECK(job->reference_lines == expected.reference_lines);
    CHECK(job->shift_adds == expected.shift_adds);
  }
  CHECK(jobs == map.weights[1].tiles.size());
}

template <class Forward, class Transposed>
void check(const Mapping& mapping, std::size_t tiles, const Forward& forward, const Transposed& transposed) {
  const Architecture chip = chip_with(mapping);
  const Network layers = network();
  const TileMap map = map_to_tiles(layers, chip);
  REQUIRE(map.weights[1].tiles.size() == tiles);
  const ProgramContext context{chip, layers, map};
  const Program inference = inference_program(context, {}, 1);
  check_jobs(inference, 0, inference.steps.size(), map, forward);

  TrainingTask task;
  task.backbone_in_arrays = true;
  const TrainingPrograms training = training_programs(context, task);
  const std::size_t forward_steps = training.forward.steps.size();
  check_jobs(training.batch, 0, forward_steps, map, forward);
  check_jobs(training.batch, forward_steps, training.batch.steps.size(), map, transposed);
  // Vectors of a sample, by tile; the first layer's input needs no gradient.
  for (const std::uint32_t tile : map.weights[0].tiles) CHECK(training.transposed_vectors[tile] == 0);
  for (const std::uint32_t tile : map.weights[1].tiles) CHECK(training.transposed_vectors[tile] == rows);
}

constexpr auto offset = WeightEncoding::offset;
constexpr auto differential = WeightEncoding::differential;
constexpr auto bipolar = InputEncoding::bipolar;
constexpr auto two_pass = InputEncoding::two_pass;
constexpr auto bit_serial = InputEncoding::bit_serial;

}  // namespace

// Driven, sensed and reference lines and sums of docs/timing.md (passes) and docs/energy.md: a forward read drives
// inputs and converts every slice of every output beside one reference per slice; a transposed read drives a slice of
// the outputs at a time and converts inputs beside the reference row. Pairs need no references. Each pass's conversions
// are summed as soon as there is more than one pass or slice.

TEST_CASE("Tile jobs of offset weights, inputs of both signs") {
  check(
      {offset, 1, bipolar}, 2,
      [](auto in, auto out) {
        return Expected{1, in, out, 1, 0};
      },
      [](auto in, auto out) {
        return Expected{1, out, in, 1, 0};
      });
  check(
      {offset, 3, bipolar}, 2,
      [](auto in, auto out) {
        return Expected{1, in, 3 * out, 3, 3 * out};
      },
      [](auto in, auto out) {
        return Expected{3, out, in, 1, in};
      });
}

TEST_CASE("Tile jobs of offset weights, inputs in two passes") {
  check(
      {offset, 1, two_pass}, 2,
      [](auto in, auto out) {
        return Expected{2, in, out, 1, out};
      },
      [](auto in, auto out) {
        return Expected{2, out, in, 1, in};
      });
  check(
      {offset, 3, two_pass}, 2,
      [](auto in, auto out) {
        return Expected{2, in, 3 * out, 3, 3 * out};
      },
      [](auto in, auto out) {
        return Expected{6, out, in, 1, in};
      });
}

TEST_CASE("Tile jobs of offset weights, inputs bit by bit") {
  check(
      {offset, 1, bit_serial}, 2,
      [](auto in, auto out) {
        return Expected{6, in, out, 1, out};
      },
      [](auto in, auto out) {
        return Expected{6, out, in, 1, in};
      });
  check(
      {offset, 3, bit_serial}, 2,
      [](auto in, auto out) {
        return Expected{6, in, 3 * out, 3, 3 * out};
      },
      [](auto in, auto out) {
        return Expected{18, out, in, 1, in};
      });
}

// Both devices of a pair are driven at once where voltages have both signs, else one after the other.
TEST_CASE("Tile jobs of pairs, inputs of both signs") {
  check(
      {differential, 1, bipolar}, 2,
      [](auto in, auto out) {
        return Expected{1, in, out, 0, 0};
      },
      [](auto in, auto out) {
        return Expected{1, 2 * out, in, 0, 0};
      });
  check(
      {differential, 3, bipolar}, 4,
      [](auto in, auto out) {
        return Expected{1, in, 3 * out, 0, 3 * out};
      },
      [](auto in, auto out) {
        return Expected{3, 2 * out, in, 0, in};
      });
}

TEST_CASE("Tile jobs of pairs, inputs in two passes") {
  check(
      {differential, 1, two_pass}, 2,
      [](auto in, auto out) {
        return Expected{2, in, out, 0, out};
      },
      [](auto in, auto out) {
        return Expected{4, out, in, 0, in};
      });
  check(
      {differential, 3, two_pass}, 4,
      [](auto in, auto out) {
        return Expected{2, in, 3 * out, 0, 3 * out};
      },
      [](auto in, auto out) {
        return Expected{12, out, in, 0, in};
      });
}

TEST_CASE("Tile jobs of pairs, inputs bit by bit") {
  check(
      {differential, 1, bit_serial}, 2,
      [](auto in, auto out) {
        return Expected{6, in, out, 0, out};
      },
      [](auto in, auto out) {
        return Expected{12, out, in, 0, in};
      });
  check(
      {differential, 3, bit_serial}, 4,
      [](auto in, auto out) {
        return Expected{6, in, 3 * out, 0, 3 * out};
      },
      [](auto in, auto out) {
        return Expected{36, out, in, 0, in};
      });
}
