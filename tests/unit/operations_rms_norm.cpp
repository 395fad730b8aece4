#include <catch2/catch.hpp>

#include "tests/support/evaluated.hpp"
#include "tests/support/numpy_reference.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

TEST_CASE("RMS norm is numpy's, a vector of zeros included") {
  const nlohmann::json reference = numpy_reference("vector");
  const Eigen::MatrixXf x = matrix_of(reference.at("x"));
  NetworkBuilder builder({1, static_cast<std::uint32_t>(x.cols())});
  builder.add("rms_norm", {0}, {{"gain", "gain"}, {"epsilon", reference.at("epsilon")}});
  const Tensor result = evaluated(builder, x, {{"gain", matrix_of(reference.at("gain"))}});
  CHECK(largest_difference(result, matrix_of(reference.at("rms_norm"))) < 2e-6F);
}
