#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/network/resistive_arrays.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/numpy_reference.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

TEST_CASE("Arrays written on several threads are those written on one, and every tile is told") {
  Architecture chip = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {});
  chip.tile.crossbar.rows = 9;
  chip.tile.crossbar.columns = 17;
  NetworkBuilder builder({1, 30});
  builder.linear(0, 40, "w");
  const Network network = builder.network();
  const TileMap map = map_to_tiles(network, chip);
  REQUIRE(map.blocks.size() > 8);
  const WeightSet weights{{"w", Eigen::MatrixXf(Eigen::RowVectorXf::LinSpaced(30 * 40, -1.0F, 1.0F)).reshaped(40, 30)}};
  const WeightSet next{{"w", weights.at("w").array() * 0.9F}};
  ResistiveArrays alone(chip, map, 1);
  ResistiveArrays shared(chip, map, 1);
  for (const WeightSet* written : {&weights, &next}) {
    std::size_t tiles = 0;
    const std::vector<ArrayWrite> one = alone.write(*written);
    const std::vector<ArrayWrite> three = shared.write(*written, {}, 3, [&tiles] { ++tiles; });
    CHECK(tiles == map.blocks.size());
    REQUIRE(one.size() == three.size());
    for (std::size_t tile = 0; tile < one.size(); ++tile) {
      CHECK(one[tile].rounds.reads == three[tile].rounds.reads);
      CHECK(one[tile].rounds.set_phases == three[tile].rounds.set_phases);
      CHECK(one[tile].pulse_charge_coulomb == three[tile].pulse_charge_coulomb);
      CHECK(one[tile].verified_microsiemens == three[tile].verified_microsiemens);
    }
    CHECK(identical(alone.stored_weights().at("w"), shared.stored_weights().at("w")));
  }
}
