#include <Eigen/Core>
#include <catch2/catch.hpp>

#include "models/physics/weight_map.hpp"
#include "tests/support/numpy_reference.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

Eigen::RowVector3f row(float first, float second, float third) { return {first, second, third}; }

}  // namespace

TEST_CASE("The largest weight reaches both edges of a window centred on zero") {
  const CellConfig cell;  // window 10..80 uS
  const WeightMap map = WeightMap::for_largest(cell, 45.0, 0.7);
  CHECK(largest_difference(map.conductances(cell, row(0.7F, -0.7F, 0.0F)), row(80.0F, 10.0F, 45.0F)) < 1e-5F);
  CHECK(largest_difference(map.conductances(cell, row(0.35F, -0.07F, 0.1F)), row(62.5F, 41.5F, 50.0F)) < 1e-5F);
}

TEST_CASE("With zero off the centre the largest weight reaches the nearer edge") {
  const CellConfig cell;
  CHECK(WeightMap::for_largest(cell, 30.0, 2.0).microsiemens_per_weight == Approx(20.0 / 2.0));
  CHECK(WeightMap::for_largest(cell, 70.0, 2.0).microsiemens_per_weight == Approx(10.0 / 2.0));
}

TEST_CASE("Weights beyond the largest are clamped to the window") {
  const CellConfig cell;
  const WeightMap map = WeightMap::for_largest(cell, 45.0, 0.7);
  CHECK(identical(map.conductances(cell, row(0.8F, -0.8F, 100.0F)), row(80.0F, 10.0F, 80.0F)));
  const WeightMap off_centre = WeightMap::for_largest(cell, 30.0, 0.7);
  CHECK(identical(off_centre.conductances(cell, row(-0.8F, -100.0F, 100.0F)), row(10.0F, 10.0F, 80.0F)));
}

TEST_CASE("Weights read from their conductances are the weights again") {
  const CellConfig cell;
  const WeightMap map = WeightMap::for_largest(cell, 45.0, 0.7);
  const Eigen::MatrixXf weights = Eigen::RowVectorXf::LinSpaced(57, -0.7F, 0.7F);
  CHECK(largest_difference(map.weights(map.conductances(cell, weights)), weights) < 1e-6F);
}

TEST_CASE("A conductance error is a weight error by the scale of the layer") {
  const WeightMap map = WeightMap::for_largest(CellConfig{}, 45.0, 0.7);
  CHECK(largest_difference(map.weights(row(45.0F, 46.0F, 44.0F)), row(0.0F, 0.02F, -0.02F)) < 1e-6F);
}
