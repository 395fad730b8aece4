#include <Eigen/Core>
#include <catch2/catch.hpp>

#include "sim/network/embeddings.hpp"
#include "sim/network/float_network.hpp"
#include "tests/support/small_trace.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

TEST_CASE("An embedding is what the last layer with weights reads") {
  const Trace trace = read_small_trace();
  CHECK(trace.network.executions()[last_weighted_execution(trace.network)].operation->name() == "head");
  CHECK(embedding_shape(trace.network).rows() == 1);
  CHECK(embedding_shape(trace.network).columns() == 5);
  const WeightSet& weights = trace.weights.at("learned");
  const Eigen::MatrixXf embeddings =
      float_embeddings(trace.network, weights, {}, network_input(trace.network, trace.test));
  REQUIRE(embeddings.rows() == 6);
  const Eigen::MatrixXf scores = embeddings * weights.at("head.weight").transpose();
  CHECK((scores - trace.phases[0].hybrid.reference).cwiseAbs().maxCoeff() < 1e-6F);
}

TEST_CASE("An adapter before the last layer changes embeddings, one on it does not") {
  const Trace trace = read_small_trace();
  const WeightSet& weights = trace.weights.at("learned");
  const Tensor input = network_input(trace.network, trace.test);
  const Eigen::MatrixXf bare = float_embeddings(trace.network, weights, {}, input);
  Adapter adapter = trace.adapters.at("forget");
  CHECK(float_embeddings(trace.network, weights, {&adapter}, input) != bare);
  adapter.layers.erase("channel");
  REQUIRE(adapter.layers.size() == 1);
  CHECK(float_embeddings(trace.network, weights, {&adapter}, input) == bare);
}

TEST_CASE("Embeddings of several rows lie sample by sample in C order") {
  const Trace trace = read_small_trace(TaskKind::score);
  CHECK(embedding_shape(trace.network).rows() == 3);
  const WeightSet& weights = trace.weights.at("learned");
  const Eigen::MatrixXf embeddings =
      float_embeddings(trace.network, weights, {}, network_input(trace.network, trace.test));
  REQUIRE(embeddings.cols() == 15);
  const Eigen::MatrixXf& reference = trace.phases[0].hybrid.reference;
  for (Eigen::Index row = 0; row < 3; ++row) {
    const Eigen::MatrixXf outputs = embeddings.middleCols(5 * row, 5) * weights.at("head.weight").transpose();
    CHECK((outputs - reference.middleCols(3 * row, 3)).cwiseAbs().maxCoeff() < 1e-6F);
  }
}

TEST_CASE("A network without weights has no embedding") {
  Network network(Shape{1, 2});
  network.finish(0);
  CHECK_THAT(thrown_error([&] { last_weighted_execution(network); }).text,
             Catch::Contains("expected an operation with weights"));
}
