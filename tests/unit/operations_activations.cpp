#include <catch2/catch.hpp>

#include "tests/support/evaluated.hpp"
#include "tests/support/numpy_reference.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

TEST_CASE("GELU is numpy's with math.erf") {
  const nlohmann::json reference = numpy_reference("vector");
  const Eigen::MatrixXf x = matrix_of(reference.at("gelu_x"));
  NetworkBuilder builder({1, static_cast<std::uint32_t>(x.cols())});
  builder.gelu(0);
  CHECK(largest_difference(evaluated(builder, x), matrix_of(reference.at("gelu"))) < 1e-6F);
}

TEST_CASE("ReLU keeps what is positive") {
  NetworkBuilder builder({1, 4});
  builder.relu(0);
  const Tensor x{{-2.0F, -0.0F, 0.5F, 3.0F}};
  CHECK(identical(evaluated(builder, x), Eigen::RowVector4f(0.0F, 0.0F, 0.5F, 3.0F)));
}
