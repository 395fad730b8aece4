#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "models/physics/simd/targets.hpp"

namespace palimpsest::test {

/// While it lives kernels run on `target`, one of simd_targets().
class ChosenSimdTarget {
 public:
  explicit ChosenSimdTarget(const std::string& target) { REQUIRE(choose_simd_target(target)); }
  ChosenSimdTarget(const ChosenSimdTarget&) = delete;
  ChosenSimdTarget& operator=(const ChosenSimdTarget&) = delete;
  ~ChosenSimdTarget() { choose_best_simd_target(); }
};

/// Checks that `compute()` gives the same, down to the bit, on every kind of vector instructions that this processor
/// has, the scalar path among them. `compute` returns a vector of numbers.
template <class Compute>
void same_on_all_simd_targets(const Compute& compute) {
  const auto expected = compute();
  for (const std::string& target : simd_targets()) {
    INFO(target);
    const ChosenSimdTarget chosen(target);
    REQUIRE(simd_target() == target);
    const auto numbers = compute();
    REQUIRE(numbers.size() == expected.size());
    std::size_t different = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) different += numbers[i] == expected[i] ? 0U : 1U;
    CHECK(different == 0);
  }
}

}  // namespace palimpsest::test
