#include <catch2/catch.hpp>

#include "tests/support/evaluated.hpp"
#include "tests/support/numpy_reference.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

Tensor mean(const Shape& input, const std::vector<std::uint32_t>& axes, bool keep, const Tensor& x) {
  NetworkBuilder builder(input);
  builder.add("mean", {0}, {{"axes", axes}, {"keep", keep}});
  return evaluated(builder, x);
}

Shape shape_of_mean(const std::vector<std::uint32_t>& axes, bool keep) {
  NetworkBuilder builder({2, 3, 4});
  builder.add("mean", {0}, {{"axes", axes}, {"keep", keep}});
  return builder.network().output();
}

std::string complaint(const nlohmann::json& axes) {
  return thrown_error([&] { NetworkBuilder({2, 3}).add("mean", {0}, {{"axes", axes}, {"keep", true}}); }).text;
}

}  // namespace

TEST_CASE("The mean is taken over the rows of each sample") {
  const Tensor x{{1, 2}, {3, 6}, {10, 20}, {20, 60}};
  CHECK(identical(mean({2, 2}, {0}, true, x), Tensor{{2, 4}, {15, 40}}));
  CHECK(identical(mean({4, 2}, {0}, true, x), Tensor{{8.5F, 22}}));
  CHECK(identical(mean({1, 2}, {0}, true, x), x));
}

TEST_CASE("The mean is taken over columns, or over all dimensions, as well") {
  const Tensor x{{1, 2}, {3, 6}, {10, 20}, {20, 60}};
  CHECK(identical(mean({2, 2}, {1}, true, x), Tensor{{1.5F}, {4.5F}, {15}, {40}}));
  CHECK(identical(mean({2, 2}, {0, 1}, false, x), Tensor{{3}, {27.5F}}));
  // Two blocks of two rows each: over the blocks, and over blocks and columns.
  CHECK(identical(mean({2, 2, 2}, {0}, false, x), Tensor{{5.5F, 11}, {11.5F, 33}}));
  CHECK(identical(mean({2, 2, 2}, {0, 2}, false, x), Tensor{{8.25F, 22.25F}}));
}

TEST_CASE("Dimensions that are averaged stay with an extent of 1 or go") {
  CHECK(shape_of_mean({0}, true) == Shape{1, 3, 4});
  CHECK(shape_of_mean({0}, false) == Shape{3, 4});
  CHECK(shape_of_mean({1, 2}, true) == Shape{2, 1, 1});
  CHECK(shape_of_mean({1, 2}, false) == Shape{2});
  CHECK(shape_of_mean({0, 1, 2}, false) == Shape{1});
}

TEST_CASE("Axes that are none are refused") {
  CHECK_THAT(complaint(nlohmann::json::array()), Catch::EndsWith("/axes: expected at least one"));
  CHECK_THAT(complaint({2}), Catch::EndsWith("/axes/0: expected 0..1, got 2"));
  CHECK_THAT(complaint({0, 0}), Catch::EndsWith("/axes: expected dimensions in ascending order, got 0 after 0"));
  CHECK_THAT(complaint({1, 0}), Catch::EndsWith("/axes: expected dimensions in ascending order, got 0 after 1"));
}
