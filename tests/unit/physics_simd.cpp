#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "models/physics/random.hpp"
#include "models/physics/simd/draws.hpp"
#include "models/physics/simd/targets.hpp"
#include "tests/support/distribution.hpp"
#include "tests/support/simd_targets.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

const PhiloxKey some_key(0x0123456789ABCDEFU, RandomPurpose::read_noise, 0xFEDCBA98765432U, 7);

std::vector<float> gaussians(std::size_t count, const PhiloxKey& key = some_key, std::uint32_t first_group = 0) {
  std::vector<float> numbers(count);
  draw_gaussians(key, first_group, numbers.data(), count);
  return numbers;
}

std::vector<std::uint32_t> words(std::size_t count, const PhiloxKey& key = some_key, std::uint32_t first_group = 0) {
  std::vector<std::uint32_t> numbers(count);
  draw_words(key, first_group, numbers.data(), count);
  return numbers;
}

/// What the words give by Box and Muller's formula in double.
double expected_gaussian(const std::vector<std::uint32_t>& words, std::size_t i) {
  const std::size_t first = i / 32 * 32 + i % 16;
  const double uniform = static_cast<double>(words[first] >> 1U) * 0x1p-31 + 0x1p-33;
  const double angle = 2.0 * M_PI * static_cast<double>(static_cast<std::int32_t>(words[first + 16])) * 0x1p-32;
  return std::sqrt(-2.0 * std::log(uniform)) * (i % 32 < 16 ? std::cos(angle) : std::sin(angle));
}

}  // namespace

TEST_CASE("The scalar path comes last and kernels run on the best of the processor") {
  REQUIRE(!simd_targets().empty());
  CHECK(simd_target() == simd_targets().front());
  const std::string last = simd_targets().back();
  CHECK((last == "SCALAR" || last == "EMU128"));
  const ChosenSimdTarget chosen(last);
  CHECK(simd_target() == last);
  CHECK(!simd_is_fused());
}

TEST_CASE("A chosen kind of vector instructions is the processor's best again when the choice ends") {
  { const ChosenSimdTarget chosen(simd_targets().back()); }
  CHECK(simd_target() == simd_targets().front());
}

TEST_CASE("A kind of vector instructions that the processor lacks cannot be chosen") {
  CHECK(!choose_simd_target("abacus"));
  CHECK(simd_target() == simd_targets().front());
}

TEST_CASE("Words in lanes are those of Philox's published known answers") {
  // Random123, kat_vectors: philox4x32 10.
  PhiloxKey zero(0, static_cast<RandomPurpose>(0), 0, 0);
  const std::vector<std::uint32_t> of_zero = words(64, zero);
  CHECK(of_zero[0] == 0x6627e8d5U);
  CHECK(of_zero[16] == 0xe169c58dU);
  CHECK(of_zero[32] == 0xbc57ac4cU);
  CHECK(of_zero[48] == 0x9b00dbd8U);
  PhiloxKey pi(0, static_cast<RandomPurpose>(0), 0, 0);
  pi.key = {0xa4093822U, 0x299f31d0U};
  pi.counter = {0x243f6a88U, 0x85a308d3U, 0x13198a2eU, 0x03707344U};
  const std::vector<std::uint32_t> of_pi = words(64, pi);
  CHECK(of_pi[0] == 0xd16cfe09U);
  CHECK(of_pi[16] == 0x94fdccebU);
  CHECK(of_pi[32] == 0x5001e420U);
  CHECK(of_pi[48] == 0x24126ea1U);
}

TEST_CASE("Words in lanes are those of a stream, block by block") {
  constexpr std::size_t groups = 5;
  const std::vector<std::uint32_t> drawn = words(groups * draws_per_group);
  RandomStream stream(0x0123456789ABCDEFU, RandomPurpose::read_noise, 0xFEDCBA98765432U, 7);
  const auto uniform = [](std::uint32_t high, std::uint32_t low) {
    return (static_cast<double>(((std::uint64_t{high} << 32U) | low) >> 11U) + 0.5) * 0x1p-53;
  };
  for (std::size_t block = 0; block < groups * 16; ++block) {
    const std::size_t first = block / 16 * draws_per_group + block % 16;
    // The later pair comes first.
    CHECK(stream.uniform() == uniform(drawn[first + 32], drawn[first + 48]));
    CHECK(stream.uniform() == uniform(drawn[first], drawn[first + 16]));
  }
}

TEST_CASE("Words and Gaussian numbers in lanes are the same on all kinds of vector instructions") {
  same_on_all_simd_targets([] { return words(1000); });
  same_on_all_simd_targets([] { return gaussians(100'000); });
}

TEST_CASE("A number in lanes does not depend on how many are drawn with it, nor on where drawing begins") {
  const std::vector<float> all = gaussians(1000);
  for (const std::size_t count : {1U, 63U, 64U, 65U, 999U}) {
    const std::vector<float> some = gaussians(count);
    CHECK(std::equal(some.begin(), some.end(), all.begin()));
  }
  const std::vector<float> later = gaussians(200, some_key, 3);
  CHECK(std::equal(later.begin(), later.end(), all.begin() + 3 * draws_per_group));
}

TEST_CASE("Gaussian numbers in lanes are the Box-Muller transform of the words") {
  constexpr std::size_t count = 200'000;
  const std::vector<std::uint32_t> drawn = words(count);
  const std::vector<float> numbers = gaussians(count);
  double largest = 0.0;
  for (std::size_t i = 0; i < count; ++i)
    largest = std::max(largest, std::abs(double{numbers[i]} - expected_gaussian(drawn, i)));
  // Rounding of the uniform number near one moves a small radius most.
  CHECK(largest < 2e-4);
  std::size_t off = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double expected = expected_gaussian(drawn, i);
    off += std::abs(double{numbers[i]} - expected) > 2e-6 * (1.0 + std::abs(expected)) ? 1U : 0U;
  }
  CHECK(off < count / 1000);
}

TEST_CASE("Gaussian numbers in lanes have the moments and the distribution of normal ones") {
  constexpr std::size_t count = 1'000'000;
  const std::vector<float> numbers = gaussians(count);
  const std::vector<double> values(numbers.begin(), numbers.end());
  const double per_root_n = 1.0 / std::sqrt(static_cast<double>(count));
  CHECK(std::abs(moment(values, 0.0, 1)) < 4.0 * per_root_n);
  CHECK(std::abs(moment(values, 0.0, 2) - 1.0) < 4.0 * std::sqrt(2.0) * per_root_n);
  CHECK(std::abs(moment(values, 0.0, 3)) < 4.0 * std::sqrt(15.0) * per_root_n);
  CHECK(std::abs(moment(values, 0.0, 4) - 3.0) < 4.0 * std::sqrt(96.0) * per_root_n);
  CHECK(kolmogorov_smirnov_distance(values, normal_distribution) < critical_distance(count));
}

TEST_CASE("Gaussian numbers in lanes have a normal one's tails to five standard deviations") {
  constexpr std::size_t rounds = 40;
  constexpr std::size_t count = 1'000'000;
  constexpr int most = 5;
  double above[most] = {};
  double below[most] = {};
  for (std::uint32_t round = 0; round < rounds; ++round) {
    const PhiloxKey key(1, RandomPurpose::adc_noise, 3, round);
    for (const float number : gaussians(count, key)) {
      for (int deviations = 1; deviations <= most; ++deviations) {
        if (number > static_cast<float>(deviations)) above[deviations - 1] += 1.0;
        if (number < -static_cast<float>(deviations)) below[deviations - 1] += 1.0;
      }
    }
  }
  for (int deviations = 1; deviations <= most; ++deviations) {
    INFO(deviations);
    const double share = normal_distribution(-deviations);
    const double expected = share * static_cast<double>(rounds * count);
    const double error = std::sqrt(expected * (1.0 - share));
    CHECK(std::abs(above[deviations - 1] - expected) < 4.0 * error);
    CHECK(std::abs(below[deviations - 1] - expected) < 4.0 * error);
  }
}

TEST_CASE("Neighbouring Gaussian numbers in lanes, of a vector and of neighbouring keys, are uncorrelated") {
  constexpr std::size_t count = 100'000;
  const std::vector<float> numbers = gaussians(count);
  const std::vector<float> others =
      gaussians(count, PhiloxKey(0x0123456789ABCDEFU, RandomPurpose::read_noise, 0xFEDCBA98765432U, 8));
  const auto correlation = [](const std::vector<float>& a, const std::vector<float>& b, std::size_t lag) {
    double sum = 0.0;
    for (std::size_t i = 0; i + lag < count; ++i) sum += double{a[i]} * double{b[i + lag]};
    return sum / std::sqrt(static_cast<double>(count));
  };
  for (const std::size_t lag : {1U, 16U, 32U, 64U}) CHECK(std::abs(correlation(numbers, numbers, lag)) < 4.0);
  CHECK(std::abs(correlation(numbers, others, 0)) < 4.0);
}
