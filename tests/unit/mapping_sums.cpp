#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/mapping/inference_program.hpp"
#include "tests/support/network_builder.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

// One layer of 7 inputs and 5 outputs on 2 rows, of tiles that do not work in step.

namespace {

struct Sum {
  std::size_t addends = 0;
  VectorOperations operations;
  std::uint64_t cycles = 0;
};

/// The sum behind the layer's products at inference with `adapters` adapters, its only step on the vector unit; no
/// addends without one.
Sum sum_of(const std::string& bias, std::size_t adapters, std::uint32_t tile_rows) {
  Architecture chip = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {});
  chip.tile.crossbar.rows = tile_rows;
  chip.data_path.tile_groups = false;
  chip.vector_unit.lanes = 4;
  chip.vector_unit.pipeline_cycles = 3;
  NetworkBuilder builder({2, 7});
  builder.linear(0, 5, "w", bias);
  const Network network = builder.network();
  const TileMap map = map_to_tiles(network, chip);
  const std::vector<Adapter> all(adapters, adapter_on(network, {0}, 2));
  std::vector<const Adapter*> used;
  for (const Adapter& adapter : all) used.push_back(&adapter);
  Sum sum;
  std::size_t jobs = 0;
  for (const Step& step : inference_program({chip, network, map}, used, 1).steps) {
    const auto* job = std::get_if<VectorJob>(&step.job);
    if (job == nullptr) continue;
    ++jobs;
    CHECK(job->vectors == 2);
    sum = {job->fetches.size() + job->preloads.size(), job->operations_per_vector, job->cycles_per_vector};
  }
  CHECK(jobs <= 1);
  return sum;
}

/// A row of 5: the first addend is moved, the others are added to it.
void check(const Sum& sum, std::uint64_t addends) {
  CHECK(sum.addends == addends);
  CHECK(sum.operations.moves == 5);
  CHECK(sum.operations.adds == 5 * (addends - 1));
  CHECK(sum.operations.macs == 0);
  CHECK(sum.operations.lookups == 0);
  CHECK(sum.cycles == (5 * addends + 3) / 4 + 3);
}

}  // namespace

TEST_CASE("A layer's sum has an addend for each block of inputs, each adapter and the bias") {
  CHECK(sum_of("", 0, 8).addends == 0);
  check(sum_of("bias", 0, 8), 2);
  check(sum_of("", 1, 8), 2);
  check(sum_of("bias", 1, 8), 3);
  check(sum_of("bias", 2, 8), 4);
  // 7 inputs in blocks of 3.
  check(sum_of("", 0, 4), 3);
  check(sum_of("bias", 1, 4), 5);
}
