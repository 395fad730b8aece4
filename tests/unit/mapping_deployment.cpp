#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/mapping/deployment_program.hpp"
#include "tests/support/network_builder.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

// A layer of 7 inputs and 9 outputs with a bias and an adapter of rank 3, on tiles of at most 4 inputs.

namespace {

class Layer {
 public:
  Layer() {
    chip.tile.crossbar.rows = 5;
    NetworkBuilder builder({2, 7});
    builder.linear(0, 9, "w", "bias");
    network = builder.network();
    adapter = adapter_on(network, {0}, 3);
  }

  TileMap map() const { return map_to_tiles(network, chip); }
  Program deployment(const DeploymentTask& task) const {
    const TileMap tiles = map();
    return deployment_program({chip, network, tiles}, task);
  }

  Architecture chip = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {});
  Network network;
  Adapter adapter;
};

/// Writes of tiles; those whose cells stay as they are have no rounds.
std::vector<ArrayWrite> writes(const std::vector<std::uint32_t>& cells_of_tiles) {
  std::vector<ArrayWrite> all;
  for (const std::uint32_t cells : cells_of_tiles) {
    all.emplace_back();
    all.back().rounds.cells = cells;
  }
  return all;
}

/// Words that come in for one tile's weights of `inputs` rows, checked row by row.
void check_targets(const Layer& layer, std::uint32_t inputs, std::uint64_t words_of_row) {
  DeploymentTask task;
  task.array_writes = writes({16});
  const Program program = layer.deployment(task);
  REQUIRE(program.steps.size() == 2);
  const auto& job = std::get<HostJob>(program.steps[0].job);
  CHECK(job.vectors == inputs);
  CHECK(job.words_per_vector == words_of_row);
  CHECK(job.drains.empty());
  CHECK(job.fetches.empty());
}

}  // namespace

TEST_CASE("A tile's targets come in row by row, as many bytes as a weight's slices have, and are then written") {
  Layer layer;
  check_targets(layer, 4, (9 + 3) / 4);
  layer.chip.tile.mapping.slices = 2;  // 2 x 4 bits
  check_targets(layer, 4, (9 + 3) / 4);
  layer.chip.tile.mapping.bits_per_slice = 5;  // 10 bits in 2 bytes
  check_targets(layer, 4, (18 + 3) / 4);
  layer.chip.tile.mapping.slices = 4;  // 20 bits in 3 bytes
  check_targets(layer, 4, (27 + 3) / 4);
  layer.chip.tile.mapping.weights = WeightEncoding::differential;
  layer.chip.tile.mapping.slices = 1;
  check_targets(layer, 5, (9 + 3) / 4);
}

TEST_CASE("Each tile with cells to write is written once, when its own targets are there") {
  const bool tile_groups = GENERATE(true, false);
  Layer layer;
  layer.chip.tile.crossbar.rows = 4;
  layer.chip.data_path.tile_groups = tile_groups;
  const TileMap map = layer.map();
  REQUIRE(map.blocks.size() == 3);
  // Of 3, 3 and 1 inputs.
  REQUIRE(map.blocks[2].inputs == 1);
  DeploymentTask task;
  task.array_writes = writes({16, 0, 7});
  const Program program = layer.deployment(task);
  std::vector<std::uint32_t> groups;
  std::vector<std::uint64_t> cells;
  std::vector<std::uint32_t> inputs;
  std::set<std::uint32_t> targets;
  for (std::uint32_t number = 0; number < program.steps.size(); ++number) {
    const Step& step = program.steps[number];
    const auto* job = std::get_if<ProgramJob>(&step.job);
    if (job == nullptr) continue;
    groups.push_back(job->tile_group);
    cells.push_back(job->rounds.cells);
    REQUIRE(step.depends_on.size() == 1);
    CHECK(targets.insert(step.depends_on[0]).second);
    const auto& host = std::get<HostJob>(program.steps[step.depends_on[0]].job);
    inputs.push_back(host.vectors);
  }
  CHECK(groups == (tile_groups ? std::vector<std::uint32_t>{0, 0} : std::vector<std::uint32_t>{0, 2}));
  CHECK(cells == std::vector<std::uint64_t>{16, 7});
  CHECK(inputs == std::vector<std::uint32_t>{3, 1});
  CHECK(program.steps.size() == 4);
  CHECK(program.samples == 1);

  const Program alone = array_program(map, task.array_writes);
  REQUIRE(alone.steps.size() == 2);
  for (std::size_t step = 0; step < 2; ++step) {
    CHECK(std::get<ProgramJob>(alone.steps[step].job).tile_group == groups[step]);
    CHECK(std::get<ProgramJob>(alone.steps[step].job).rounds.cells == cells[step]);
    CHECK(alone.steps[step].depends_on.empty());
  }
}

TEST_CASE("Changed biases and new adapters come in row by row, at the bits they rest with") {
  Layer layer;
  layer.chip.sram.activation_bits = 24;
  layer.chip.lora_unit.bits = 8;
  layer.chip.lora_unit.register_bits = 0;
  const auto rows_and_words = [&](const DeploymentTask& task) {
    std::vector<std::vector<std::uint64_t>> jobs;
    for (const Step& step : layer.deployment(task).steps) {
      const auto& job = std::get<HostJob>(step.job);
      jobs.push_back({job.vectors, job.words_per_vector, job.drains.at(0).bytes});
      CHECK(step.depends_on.empty());
    }
    return jobs;
  };
  using Jobs = std::vector<std::vector<std::uint64_t>>;
  DeploymentTask task;
  task.adapters = {&layer.adapter};
  CHECK(rows_and_words(task).empty());
  task.vectors = {"bias"};
  CHECK(rows_and_words(task) == Jobs{{1, 7, 27}});
  task.vectors = {};
  task.new_adapters = {&layer.adapter};
  // A of 3 x 7, B of 9 x 3.
  CHECK(rows_and_words(task) == Jobs{{3, 2, 7}, {9, 1, 3}});
}
