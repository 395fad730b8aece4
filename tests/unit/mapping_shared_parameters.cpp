#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "sim/config/architecture.hpp"
#include "sim/mapping/training_program.hpp"
#include "tests/support/network_builder.hpp"

using namespace palimpsest;

namespace {

/// Two layers of 4 x 4 weights and 4 biases each, on 2 rows.
Network two_layers(const std::string& second_weight, const std::string& second_bias) {
  test::NetworkBuilder builder({2, 4});
  builder.linear(builder.linear(0, 4, "w", "b"), 4, second_weight, second_bias);
  return builder.network();
}

void check_parameters(const Network& network, std::uint64_t parameters, std::size_t tensors) {
  const Architecture architecture = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {});
  const TileMap map = map_to_tiles(network, architecture);
  const TrainingPrograms programs = training_programs({architecture, network, map}, TrainingTask{});
  CHECK(programs.trained_parameters == parameters);
  CHECK(programs.update.steps.size() == tensors);
}

}  // namespace

TEST_CASE("A parameter that layers share is trained once") {
  check_parameters(two_layers("v", "c"), 2 * (16 + 4), 4);
  check_parameters(two_layers("w", "c"), 16 + 2 * 4, 3);
  check_parameters(two_layers("w", "b"), 16 + 4, 2);
}
