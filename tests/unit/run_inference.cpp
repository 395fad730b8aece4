#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "sim/network/float_network.hpp"
#include "sim/network/resistive_arrays.hpp"
#include "sim/run/inference.hpp"
#include "tests/support/small_trace.hpp"

using namespace palimpsest;

namespace {

/// Scores of `samples` samples, all the first one of the small trace, on a chip with noise.
Eigen::MatrixXf scores_of_equal_samples(Eigen::Index samples, std::uint32_t evaluation, unsigned threads = 1) {
  // Codes so fine that two samples' noise is hardly rounded to the same one.
  const Architecture chip = read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json",
                                              {{"/tile/adc/bits", "16"}, {"/sram/activation_bits", "20"}});
  const Trace trace = test::read_small_trace();
  const TileMap map = map_to_tiles(trace.network, chip);
  const WeightSet& weights = trace.weights.at("learned");
  ResistiveArrays arrays(chip, map, 1);
  arrays.write(weights);
  const DeployedNetwork network(chip, trace.network, map, arrays, weights, {},
                                network_input(trace.network, trace.calibration), 1);
  Eigen::MatrixXf all(samples, trace.network.output().columns());
  infer(network, {trace.network, trace.test, std::vector<std::uint32_t>(static_cast<std::size_t>(samples), 0)},
        evaluation, threads, [&all](std::size_t first, const Eigen::MatrixXf& scores) {
          all.middleRows(static_cast<Eigen::Index>(first), scores.rows()) = scores;
        });
  return all;
}

}  // namespace

TEST_CASE("Equal samples draw noise of their own, in the same chunk and in others") {
  const Eigen::MatrixXf scores = scores_of_equal_samples(40, 0);
  REQUIRE(scores.rows() == 40);
  for (Eigen::Index one = 0; one < scores.rows(); ++one) {
    for (Eigen::Index other = 0; other < one; ++other) {
      INFO("samples " << other << " and " << one);
      CHECK((scores.row(one) - scores.row(other)).cwiseAbs().maxCoeff() > 0.0F);
    }
  }
}

TEST_CASE("A sample draws the same whoever else is evaluated, and anew in another evaluation") {
  const Eigen::MatrixXf many = scores_of_equal_samples(40, 0);
  CHECK(scores_of_equal_samples(3, 0) == many.topRows(3));
  CHECK(scores_of_equal_samples(40, 0, 2) == many);
  CHECK((scores_of_equal_samples(40, 1) - many).rowwise().norm().minCoeff() > 0.0F);
}
