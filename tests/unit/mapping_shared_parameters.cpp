#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "sim/config/architecture.hpp"
#include "sim/mapping/training_program.hpp"

using namespace palimpsest;

namespace {

Operation linear(std::uint32_t input, const std::string& weight, const std::string& bias) {
  Operation operation;
  operation.kind = OperationKind::linear;
  operation.inputs = {input};
  operation.output = {2, 4};
  operation.weight = weight;
  operation.bias = bias;
  return operation;
}

/// Two layers of 4 x 4 weights and 4 biases each, on 2 rows.
Network two_layers(const std::string& second_weight, const std::string& second_bias) {
  Network network;
  network.input = {2, 4};
  network.operations = {linear(0, "w", "b"), linear(1, second_weight, second_bias)};
  network.output = 2;
  return network;
}

void check_parameters(const Network& network, std::uint64_t parameters, std::size_t tensors) {
  const Architecture architecture = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {});
  const TileMap map = map_to_tiles(network, architecture.tile);
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
