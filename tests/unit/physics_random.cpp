#include <Eigen/Core>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "models/physics/random.hpp"
#include "tests/support/distribution.hpp"
#include "tests/support/numpy_reference.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

constexpr std::size_t draws = 40'000;
const double per_root_n = 1.0 / std::sqrt(static_cast<double>(draws));

template <class Draw>
std::vector<double> sample(std::uint64_t seed, const Draw& draw) {
  RandomStream stream(seed, RandomPurpose::read_noise, 5, 2);
  std::vector<double> values(draws);
  for (double& value : values) value = draw(stream);
  return values;
}

std::vector<double> uniforms(std::uint64_t seed) {
  return sample(seed, [](RandomStream& stream) { return stream.uniform(); });
}

std::vector<double> normals(std::uint64_t seed) {
  return sample(seed, [](RandomStream& stream) { return stream.normal(); });
}

double correlation(RandomStream first, RandomStream second) {
  double sum = 0.0;
  for (std::size_t i = 0; i < draws; ++i) sum += first.normal() * second.normal();
  return sum / static_cast<double>(draws);
}

RandomStream stream_of(const nlohmann::json& reference) {
  return {std::stoull(reference.at("seed").get<std::string>()),
          static_cast<RandomPurpose>(reference.at("purpose").get<std::uint32_t>()),
          std::stoull(reference.at("unit").get<std::string>()), reference.at("step").get<std::uint32_t>()};
}

}  // namespace

TEST_CASE("The stream of key and counter zero is Philox's published known answer") {
  // Random123, kat_vectors: philox4x32 10, all zero -> 6627e8d5 e169c58d bc57ac4c 9b00dbd8. The later pair comes first.
  RandomStream stream(0, static_cast<RandomPurpose>(0), 0, 0);
  const auto uniform = [](std::uint64_t bits) { return (static_cast<double>(bits >> 11U) + 0.5) * 0x1p-53; };
  CHECK(stream.uniform() == uniform(0xbc57ac4c9b00dbd8));
  CHECK(stream.uniform() == uniform(0x6627e8d5e169c58d));
}

TEST_CASE("Seed, purpose, unit and step enter key and counter as an independent Philox has them") {
  for (const auto& reference : numpy_reference("random")) {
    RandomStream stream = stream_of(reference);
    for (const double expected : reference.at("uniforms")) CHECK(stream.uniform() == expected);
  }
}

TEST_CASE("Normal numbers are the Box-Muller transform of the uniform ones") {
  for (const auto& reference : numpy_reference("random")) {
    RandomStream stream = stream_of(reference);
    for (const double expected : reference.at("normals")) {
      CHECK(stream.normal() == Approx(expected).epsilon(1e-12).margin(1e-14));
    }
  }
}

TEST_CASE("Uniform numbers have the moments of the uniform distribution") {
  const std::vector<double> values = uniforms(1);
  CHECK(std::abs(moment(values, 0.0, 1) - 0.5) < 4.0 * std::sqrt(1.0 / 12.0) * per_root_n);
  CHECK(std::abs(moment(values, 0.5, 2) - 1.0 / 12.0) < 4.0 * std::sqrt(1.0 / 180.0) * per_root_n);
  CHECK(*std::min_element(values.begin(), values.end()) > 0.0);
  CHECK(*std::max_element(values.begin(), values.end()) < 1.0);
}

TEST_CASE("Normal numbers have the moments of the normal distribution") {
  const std::vector<double> values = normals(1);
  CHECK(std::abs(moment(values, 0.0, 1)) < 4.0 * per_root_n);
  CHECK(std::abs(moment(values, 0.0, 2) - 1.0) < 4.0 * std::sqrt(2.0) * per_root_n);
  CHECK(std::abs(moment(values, 0.0, 3)) < 4.0 * std::sqrt(15.0) * per_root_n);
  CHECK(std::abs(moment(values, 0.0, 4) - 3.0) < 4.0 * std::sqrt(96.0) * per_root_n);
}

TEST_CASE("Uniform numbers follow the uniform distribution") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    CHECK(kolmogorov_smirnov_distance(uniforms(seed), [](double value) { return value; }) < critical_distance(draws));
  }
}

TEST_CASE("Normal numbers follow the normal distribution") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    CHECK(kolmogorov_smirnov_distance(normals(seed), normal_distribution) < critical_distance(draws));
  }
}

TEST_CASE("Streams that differ in one part of their key are uncorrelated") {
  const RandomStream base(1, RandomPurpose::read_noise, 8, 4);
  CHECK(std::abs(correlation(base, {2, RandomPurpose::read_noise, 8, 4})) < 4.0 * per_root_n);
  CHECK(std::abs(correlation(base, {1, RandomPurpose::write_pulses, 8, 4})) < 4.0 * per_root_n);
  CHECK(std::abs(correlation(base, {1, RandomPurpose::read_noise, 9, 4})) < 4.0 * per_root_n);
  CHECK(std::abs(correlation(base, {1, RandomPurpose::read_noise, 8, 5})) < 4.0 * per_root_n);
}

TEST_CASE("Every part of a stream's key changes its numbers") {
  const auto first = [](std::uint64_t seed, RandomPurpose purpose, std::uint64_t unit, std::uint32_t step) {
    return RandomStream(seed, purpose, unit, step).uniform();
  };
  std::vector<double> numbers;
  for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32U}) {
    for (const RandomPurpose purpose : {RandomPurpose::cell_traits, RandomPurpose::read_noise}) {
      for (const std::uint64_t unit :
           {std::uint64_t{0}, std::uint64_t{1} << 31U, std::uint64_t{1} << 32U, std::uint64_t{1} << 55U}) {
        for (const std::uint32_t step : {0U, 1U, 1U << 31U}) numbers.push_back(first(seed, purpose, unit, step));
      }
    }
  }
  std::sort(numbers.begin(), numbers.end());
  CHECK(std::adjacent_find(numbers.begin(), numbers.end()) == numbers.end());
}

TEST_CASE("A stream gives the same numbers whatever else is drawn between them") {
  RandomStream alone(7, RandomPurpose::write_pulses, 3, 1);
  std::vector<double> expected;
  expected.reserve(20);
  for (int i = 0; i < 20; ++i) expected.push_back(i % 3 == 0 ? alone.uniform() : alone.normal());

  RandomStream stream(7, RandomPurpose::write_pulses, 3, 1);
  RandomStream other(7, RandomPurpose::write_pulses, 4, 1);
  for (int i = 0; i < 20; ++i) {
    other.normal();
    CHECK((i % 3 == 0 ? stream.uniform() : stream.normal()) == expected[static_cast<std::size_t>(i)]);
  }
}

TEST_CASE("A matrix of normal numbers is drawn row by row") {
  RandomStream stream(1, RandomPurpose::read_noise, 0, 0);
  const Eigen::MatrixXf matrix = normal_matrix(stream, 2, 3);
  RandomStream again(1, RandomPurpose::read_noise, 0, 0);
  for (Eigen::Index row = 0; row < 2; ++row) {
    for (Eigen::Index column = 0; column < 3; ++column) {
      CHECK(matrix(row, column) == static_cast<float>(again.normal()));
    }
  }
}
