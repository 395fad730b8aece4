#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <set>
#include <vector>

#include "models/physics/read_draws.hpp"

using namespace palimpsest;

namespace {

constexpr std::size_t count = 100;

std::vector<float> drawn(const ReadDraws& draws, Eigen::Index vector) {
  std::vector<float> numbers(count);
  draws.draw(vector, numbers.data(), count);
  return numbers;
}

ReadDraws draws(const ReadKey& key, std::uint32_t pass = 0, std::uint32_t tile = 0,
                RandomPurpose purpose = RandomPurpose::read_noise) {
  return {key, purpose, tile, pass};
}

}  // namespace

TEST_CASE("A vector draws by its sample's number and its place in the sample, whatever its batch") {
  const ReadDraws all = draws({1, 0, 0, 0, 3});
  const ReadDraws later = draws({1, 0, 0, 2, 3});
  for (Eigen::Index vector = 0; vector < 6; ++vector) CHECK(drawn(later, vector) == drawn(all, vector + 6));
}

TEST_CASE("Vectors, passes, samples, uses, evaluations, tiles, purposes and seeds have numbers of their own") {
  const ReadKey key{1, 0, 0, 0, 3};
  std::set<float> seen;
  std::size_t numbers = 0;
  const auto add = [&](const ReadDraws& of, Eigen::Index vector) {
    for (const float number : drawn(of, vector)) seen.insert(number);
    numbers += count;
  };
  for (Eigen::Index vector = 0; vector < 6; ++vector) {
    for (std::uint32_t pass = 0; pass < 3; ++pass) add(draws(key, pass), vector);
  }
  add(draws({2, 0, 0, 0, 3}), 0);
  add(draws({1, 1, 0, 0, 3}), 0);
  add(draws({1, 0, 1, 0, 3}), 0);
  add(draws(key, 0, 1), 0);
  add(draws(key, 0, 0, RandomPurpose::adc_noise), 0);
  // Of so many floats a few are alike by chance.
  CHECK(seen.size() > numbers - 10);
}
