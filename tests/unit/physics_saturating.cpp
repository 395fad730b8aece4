#include "models/physics/saturating.hpp"

#include <catch2/catch.hpp>

using namespace palimpsest;

TEST_CASE("Counts stop at the largest number instead of wrapping") {
  const std::uint64_t half = std::uint64_t{1} << 63U;
  CHECK(saturating_sum(2, 3) == 5);
  CHECK(saturating_sum(half, half - 1) == uncountable);
  CHECK(saturating_sum(half, half) == uncountable);
  CHECK(saturating_sum(uncountable, 1) == uncountable);
  CHECK(saturating_product(6, 7) == 42);
  CHECK(saturating_product(half, 1) == half);
  CHECK(saturating_product(half, 2) == uncountable);
  CHECK(saturating_product(uncountable, 0) == 0);
}
