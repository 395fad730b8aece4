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
  std::vector<std::uint64_t> addends;  ///< bytes of a row
  VectorOperations operations;
  std::uint64_t cycles = 0;
};

struct Layer {
  std::string bias;
  std::size_t adapters = 0;
  std::uint32_t tile_rows = 8;
  AdcRange range = AdcRange::per_tile;
  int adc_bits = 8;
};

/// The sum behind the layer's products at inference with its adapters of rank 2, the only step on the vector unit.
Sum sum_of(const Layer& layer) {
  Architecture chip = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {});
  chip.tile.crossbar.rows = layer.tile_rows;
  chip.tile.adc.range = layer.range;
  chip.tile.adc.bits = layer.adc_bits;
  chip.data_path.tile_groups = false;
  chip.vector_unit.lanes = 4;
  chip.vector_unit.pipeline_cycles = 3;
  NetworkBuilder builder({2, 7});
  builder.linear(0, 5, "w", layer.bias);
  const Network network = builder.network();
  const TileMap map = map_to_tiles(network, chip);
  const std::vector<Adapter> all(layer.adapters, adapter_on(network, {0}, 2));
  std::vector<const Adapter*> used;
  for (const Adapter& adapter : all) used.push_back(&adapter);
  Sum sum;
  std::size_t jobs = 0;
  for (const Step& step : inference_program({chip, network, map}, used, 1).steps) {
    const auto* job = std::get_if<VectorJob>(&step.job);
    if (job == nullptr) continue;
    ++jobs;
    CHECK(job->vectors == 2);
    for (const auto* ranges : {&job->fetches, &job->preloads}) {
      for (const StridedRange& range : *ranges) sum.addends.push_back(range.bytes);
    }
    sum.operations = job->operations_per_vector;
    sum.cycles = job->cycles_per_vector;
  }
  CHECK(jobs == 1);
  return sum;
}

/// A row of 5: what has a step of its own is multiplied, the rest is added.
void check(const Sum& sum, const std::vector<std::uint64_t>& addends, std::uint64_t multiplied) {
  CHECK(sum.addends == addends);
  CHECK(sum.operations.moves == 0);
  CHECK(sum.operations.adds == 5 * (addends.size() - multiplied));
  CHECK(sum.operations.macs == 5 * multiplied);
  CHECK(sum.operations.lookups == 0);
  CHECK(sum.cycles == (5 * addends.size() + 3) / 4 + 3);
}

// A row of parts has a byte for each element, or two where conversions have more than 8 bits. A pair's product is a sum
// of two products of codes of 8 bits: 16 bits.
constexpr std::uint64_t part = 5;
constexpr std::uint64_t bias = 5;
constexpr std::uint64_t pair = 10;

}  // namespace

TEST_CASE("A layer's sum has an addend for each block of inputs, each adapter and the bias") {
  check(sum_of({"", 0, 8}), {part}, 1);
  check(sum_of({"bias", 0, 8}), {part, bias}, 1);
  check(sum_of({"", 1, 8}), {part, pair}, 2);
  check(sum_of({"bias", 1, 8}), {part, pair, bias}, 2);
  check(sum_of({"bias", 2, 8}), {part, pair, pair, bias}, 3);
  // 7 inputs in blocks of 3.
  check(sum_of({"", 0, 4}), {part, part, part}, 3);
  check(sum_of({"bias", 1, 4}), {part, part, part, pair, bias}, 4);
}

TEST_CASE("Parts of one range are multiplied as their sum, and wide conversions take more bytes") {
  check(sum_of({"", 0, 4, AdcRange::per_layer}), {part, part, part}, 1);
  check(sum_of({"bias", 1, 4, AdcRange::fixed}), {part, part, part, pair, bias}, 2);
  check(sum_of({"", 1, 4, AdcRange::per_tile, 9}), {2 * part, 2 * part, 2 * part, pair}, 4);
}
