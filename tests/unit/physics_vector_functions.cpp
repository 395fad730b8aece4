#include <Eigen/Core>
#include <catch2/catch.hpp>

#include "models/physics/vector_functions.hpp"
#include "tests/support/numpy_reference.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

TEST_CASE("RMS norm is numpy's, a vector of zeros included") {
  const nlohmann::json reference = numpy_reference("vector");
  const Eigen::MatrixXf result =
      rms_norm(matrix_of(reference.at("x")), matrix_of(reference.at("gain")), reference.at("epsilon"));
  CHECK(largest_difference(result, matrix_of(reference.at("rms_norm"))) < 2e-6F);
}

TEST_CASE("GELU is numpy's with math.erf") {
  const nlohmann::json reference = numpy_reference("vector");
  const Eigen::MatrixXf result = gelu(matrix_of(reference.at("gelu_x")));
  CHECK(largest_difference(result, matrix_of(reference.at("gelu"))) < 1e-6F);
}

TEST_CASE("ReLU keeps what is positive") {
  const Eigen::RowVector4f x(-2.0F, -0.0F, 0.5F, 3.0F);
  CHECK(identical(relu(x), Eigen::RowVector4f(0.0F, 0.0F, 0.5F, 3.0F)));
}

TEST_CASE("Each sample is transposed by itself") {
  const Eigen::MatrixXf x{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {10, 11, 12}};
  const Eigen::MatrixXf expected{{1, 4}, {2, 5}, {3, 6}, {7, 10}, {8, 11}, {9, 12}};
  CHECK(identical(transpose_samples(x, 2), expected));
  CHECK(identical(transpose_samples(expected, 3), x));
}

TEST_CASE("The mean is taken over the rows of each sample") {
  const Eigen::MatrixXf x{{1, 2}, {3, 6}, {10, 20}, {20, 60}};
  CHECK(identical(mean_over_rows(x, 2), Eigen::MatrixXf{{2, 4}, {15, 40}}));
  CHECK(identical(mean_over_rows(x, 4), Eigen::MatrixXf{{8.5F, 22}}));
  CHECK(identical(mean_over_rows(x, 1), x));
}
