#include <catch2/catch.hpp>

#include "tests/support/evaluated.hpp"
#include "tests/support/numpy_reference.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

Tensor permuted(const Shape& input, const std::vector<std::uint32_t>& order, const Tensor& x) {
  NetworkBuilder builder(input);
  builder.add("permute", {0}, {{"order", order}});
  return evaluated(builder, x);
}

std::string complaint(const nlohmann::json& order) {
  return thrown_error([&] { NetworkBuilder({2, 3, 4}).add("permute", {0}, {{"order", order}}); }).text;
}

}  // namespace

TEST_CASE("Each sample is transposed by itself") {
  const Tensor x{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {10, 11, 12}};
  const Tensor expected{{1, 4}, {2, 5}, {3, 6}, {7, 10}, {8, 11}, {9, 12}};
  CHECK(identical(permuted({2, 3}, {1, 0}, x), expected));
  CHECK(identical(permuted({3, 2}, {1, 0}, expected), x));
}

TEST_CASE("An element of three dimensions goes where the order says") {
  const std::vector<std::vector<std::uint32_t>> orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                                          {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  const std::vector<std::uint32_t> extents = {2, 3, 4};
  // Elements that tell their place: a digit for each dimension, and one for the sample.
  Tensor x(2 * 2 * 3, 4);
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    for (Eigen::Index column = 0; column < 4; ++column)
      x(row, column) = static_cast<float>(row / 6 * 1000 + row / 3 % 2 * 100 + row % 3 * 10 + column);
  }
  for (const std::vector<std::uint32_t>& order : orders) {
    const std::vector<std::uint32_t> shape = {extents[order[0]], extents[order[1]], extents[order[2]]};
    const Tensor result = permuted(Shape(extents), order, x);
    REQUIRE(result.rows() == 2 * Eigen::Index{shape[0]} * shape[1]);
    REQUIRE(result.cols() == Eigen::Index{shape[2]});
    for (Eigen::Index element = 0; element < result.size(); ++element) {
      const auto place = static_cast<std::uint32_t>(element);
      const std::vector<std::uint32_t> at = {place / shape[2] / shape[1] % shape[0], place / shape[2] % shape[1],
                                             place % shape[2]};
      std::vector<std::uint32_t> from(3);
      for (std::size_t dimension = 0; dimension < 3; ++dimension) from[order[dimension]] = at[dimension];
      const std::uint32_t digits = place / 24 * 1000 + from[0] * 100 + from[1] * 10 + from[2];
      INFO("order " << order[0] << order[1] << order[2] << ", element " << element);
      CHECK(result.data()[element] == static_cast<float>(digits));
    }
  }
}

TEST_CASE("An order that is none is refused") {
  CHECK_THAT(complaint({0, 1}), Catch::EndsWith("/order: expected 3 numbers, got 2"));
  CHECK_THAT(complaint({0, 1, 3}), Catch::EndsWith("/order/2: expected 0..2, got 3"));
  CHECK_THAT(complaint({0, 1, 1}), Catch::EndsWith("/order: expected each dimension once, got 1 again"));
}
