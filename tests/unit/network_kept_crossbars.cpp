#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "tests/support/numpy_reference.hpp"
#include "tests/support/written_layer.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

std::vector<std::shared_ptr<const Crossbar>> crossbars(const Written& chip, double seconds = 0.0) {
  std::vector<std::shared_ptr<const Crossbar>> all;
  for (std::uint32_t tile = 0; tile < chip.map.blocks.size(); ++tile)
    all.push_back(chip.arrays.crossbar(tile, seconds));
  return all;
}

Architecture drifting_chip() {
  Architecture architecture = chip();
  architecture.resistive_memory.cell.retention.relaxation_sigma_microsiemens_per_ln = 1.0;
  return architecture;
}

}  // namespace

TEST_CASE("A crossbar is that of its tile's cells") {
  Architecture architecture = chip();
  architecture.tile.ir_drop = IrDropModel::exact;
  architecture.tile.wires = {1000.0, 2000.0, 500.0, 100.0};
  const Written written(architecture);
  for (std::uint32_t tile = 0; tile < written.map.blocks.size(); ++tile) {
    const TileBlock& block = written.map.blocks[tile];
    const Crossbar expected(written.arrays.block_conductances(tile),
                            written.arrays.weight_columns(block.weight).lines(block.outputs), 0.0,
                            architecture.tile.wires, IrDropModel::exact);
    CHECK(identical(written.arrays.crossbar(tile)->line_differences(), expected.line_differences()));
  }
}

TEST_CASE("A crossbar is made once while its tile's cells stay, whatever is written to others") {
  Written written(chip());
  const auto first = crossbars(written);
  CHECK(crossbars(written) == first);
  written.arrays.add_reads({1, 2, 3, 4}, 5);
  written.arrays.advance(1e6);
  CHECK(crossbars(written) == first);

  WeightSet changed = weights();
  changed.at("w")(0, 0) += 0.3F;
  written.arrays.write(changed, weights());
  const auto second = crossbars(written);
  REQUIRE(second.size() == 4);
  CHECK(second[0] != first[0]);
  for (std::size_t tile = 1; tile < second.size(); ++tile) CHECK(second[tile] == first[tile]);
}

TEST_CASE("What ages has a crossbar for now and one for later, which becomes the one for now when time has passed") {
  Written written(drifting_chip());
  const auto now = crossbars(written);
  const auto later = crossbars(written, 3600.0);
  CHECK(now != later);
  CHECK(crossbars(written) == now);
  CHECK(crossbars(written, 3600.0) == later);
  written.arrays.advance(3600.0);
  CHECK(crossbars(written) == later);
  CHECK(crossbars(written, 3600.0) != later);
}

TEST_CASE("A crossbar of no use any more is not kept") {
  Written written(drifting_chip());
  std::weak_ptr<const Crossbar> now = written.arrays.crossbar(0);
  std::weak_ptr<const Crossbar> later = written.arrays.crossbar(0, 60.0);
  written.arrays.crossbar(0, 3600.0);
  CHECK(!now.expired());
  CHECK(later.expired());
  later = written.arrays.crossbar(0, 7200.0);
  written.arrays.write(weights(0.5F), weights());
  written.arrays.crossbar(0);
  CHECK(now.expired());
  CHECK(later.expired());
}
