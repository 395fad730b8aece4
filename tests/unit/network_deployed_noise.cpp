#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cstdint>

#include "tests/support/deployed_example.hpp"
#include "tests/support/numpy_reference.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

TEST_CASE("The same seed gives the same bytes, another seed or evaluation other ones") {
  const SmallTrace small;
  Deployed deployed = small.on(noisy_chip());
  const Eigen::MatrixXf scores = deployed.scores(small.input, 0);
  CHECK(identical(deployed.scores(small.input, 0), scores));
  CHECK_FALSE(identical(deployed.scores(small.input, 1), scores));
  deployed.deploy(2);
  CHECK_FALSE(identical(deployed.scores(small.input, 0), scores));
}

TEST_CASE("Without read noise the seed of an evaluation changes nothing") {
  const SmallTrace small;
  Architecture architecture = noisy_chip();
  architecture.resistive_memory.cell.read_noise = 0.0;
  Deployed deployed = small.on(architecture);
  const Eigen::MatrixXf scores = deployed.scores(small.input, 0);
  deployed.deploy(2);
  CHECK(identical(deployed.scores(small.input, 1), scores));
}

TEST_CASE("The same sample under another number has other noise") {
  const SmallTrace small;
  Deployed deployed = small.on(noisy_chip());
  const Tensor sample = small.input.topRows(small.rows());
  CHECK_FALSE(identical(deployed.scores(sample, 0, 0), deployed.scores(sample, 0, 1)));
}

TEST_CASE("Tiles with the same cells have noise of their own") {
  // One output per tile; a tolerance that leaves every cell where it was makes the two tiles equal.
  Architecture architecture = fine_chip();
  architecture.tile.crossbar.columns = 2;
  architecture.write_verify.tolerance_microsiemens = 100.0;
  architecture.write_verify.reference_tolerance_microsiemens = 100.0;
  architecture.resistive_memory.cell.read_noise = 0.05;
  const Network network = one_layer(2);
  const WeightSet weights = {{"w", Eigen::MatrixXf{{0.5F, -0.2F}, {0.5F, -0.2F}}}};
  const Tensor input = Eigen::RowVector2f(1.0F, -0.5F).replicate(20, 1);
  Deployed deployed(architecture, network, weights, {}, input);
  REQUIRE(deployed.map.blocks.size() == 2);
  REQUIRE(identical(deployed.arrays.block_conductances(0), deployed.arrays.block_conductances(1)));
  const Eigen::MatrixXf scores = deployed.scores(input);
  CHECK_FALSE(identical(scores.col(0), scores.col(1)));
}

TEST_CASE("A batch gives the scores of its samples one by one") {
  const SmallTrace small;
  for (const Architecture& architecture : {noisy_chip(), small_tiles(noisy_chip())}) {
    Deployed deployed = small.on(architecture);
    const Eigen::MatrixXf together = deployed.scores(small.input);
    for (Eigen::Index sample = 0; sample < together.rows(); ++sample) {
      const Eigen::MatrixXf alone = deployed.scores(small.input.middleRows(sample * small.rows(), small.rows()), 0,
                                                    static_cast<std::uint32_t>(sample));
      INFO("sample " << sample << ": " << alone << " and " << together.row(sample));
      CHECK(identical(alone, together.row(sample)));
    }
  }
}

TEST_CASE("Two uses of one tile in a sample draw noise of their own") {
  NetworkBuilder builder({2, 2});
  const auto first = builder.linear(0, 2, "w");
  builder.sum(first, builder.relu(builder.linear(0, 2, "w")));
  const Network twice = builder.network();
  NetworkBuilder single({2, 2});
  const auto only = single.linear(0, 2, "w");
  single.sum(only, single.relu(only));
  const Network once = single.network();
  const WeightSet weights = {{"w", Eigen::MatrixXf{{0.5F, 0.2F}, {0.1F, 0.3F}}}};
  const Tensor input{{1.0F, 0.5F}, {0.2F, 0.9F}};
  const auto scores = [&](const Network& network, double read_noise) {
    Architecture architecture = fine_chip();
    architecture.resistive_memory.cell.read_noise = read_noise;
    Deployed deployed(architecture, network, weights, {}, input);
    REQUIRE(deployed.map.blocks.size() == 1);
    return deployed.scores(input);
  };
  // Outputs are positive, so that a use's noise counts twice where there is one.
  REQUIRE(identical(scores(twice, 0.0), scores(once, 0.0)));
  CHECK_FALSE(identical(scores(twice, 0.05), scores(once, 0.05)));
}
