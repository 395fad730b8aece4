#include <catch2/catch.hpp>

#include "tests/support/evaluated.hpp"
#include "tests/support/numpy_reference.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

TEST_CASE("A linear operation multiplies the last dimension of every sample and adds its bias") {
  NetworkBuilder builder({2, 2, 3});
  builder.add("linear", {0}, {{"weight", "w"}, {"bias", "b"}}, {{"w", Shape{2, 3}}});
  const Eigen::MatrixXf w{{1, 2, 3}, {0, -1, 4}};
  const Eigen::MatrixXf b{{10, 20}};
  const Tensor x = Eigen::RowVectorXf::LinSpaced(24, 1.0F, 24.0F).reshaped<Eigen::RowMajor>(8, 3);
  CHECK(builder.network().output() == Shape{2, 2, 2});
  const Tensor result = evaluated(builder, x, {{"w", w}, {"b", b}});
  CHECK(identical(result, (x * w.transpose()).rowwise() + b.row(0)));
}

TEST_CASE("Adapters know a linear operation by its name, or by the layer that it is said to be") {
  NetworkBuilder builder({1, 3});
  builder.linear(0, 3, "w");
  builder.add("linear", {1}, {{"weight", "w"}, {"bias", nullptr}, {"layer", "shared"}});
  const Network network = builder.network();
  CHECK(network.operation(0).array_product()->layer == network.operation(0).name());
  CHECK(network.operation(1).array_product()->layer == "shared");
  CHECK(network.operation(1).array_product()->weight == "w");
}

TEST_CASE("A parameter of another shape than elsewhere is refused") {
  NetworkBuilder builder({1, 3});
  const auto wide = builder.linear(0, 4, "w", "b");
  const ThrownError error = thrown_error([&] { builder.linear(wide, 5, "v", "b"); });
  CHECK(error.code == ExitCode::trace);
  CHECK_THAT(error.text, Catch::EndsWith("/bias: expected a parameter [5], got b, which is [4] elsewhere"));
  CHECK_THAT(thrown_error([&] { builder.linear(wide, 4, "w"); }).text,
             Catch::Contains("w: expected [1..65536, 4] as the weight of") && Catch::EndsWith("got [4, 3]"));
}
