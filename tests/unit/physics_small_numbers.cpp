#include <catch2/catch.hpp>
#include <limits>

#include "models/physics/small_numbers.hpp"

using namespace palimpsest;

TEST_CASE("Numbers take as many bytes as the largest needs, and stay when they become wider") {
  SmallNumbers numbers(3);
  CHECK(numbers.bytes() == 3);
  numbers.set(0, 255);
  CHECK(numbers.bytes() == 3);
  numbers.set(1, 256);
  CHECK(numbers.bytes() == 6);
  numbers.set(2, 65'536);
  CHECK(numbers.bytes() == 12);
  CHECK(numbers[0] == 255);
  CHECK(numbers[1] == 256);
  CHECK(numbers[2] == 65'536);
  numbers.set(2, std::numeric_limits<std::uint32_t>::max());
  CHECK(numbers[2] == std::numeric_limits<std::uint32_t>::max());
  numbers.clear();
  CHECK(numbers.bytes() == 3);
  for (std::size_t index = 0; index < 3; ++index) CHECK(numbers[index] == 0);
  numbers.set(0, 65'535);
  CHECK(numbers.bytes() == 6);
}
