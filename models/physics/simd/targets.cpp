#include "models/physics/simd/targets.hpp"

#include <hwy/highway.h>

#include <cstdint>

namespace palimpsest {

namespace {

void choose(std::int64_t targets) {
  hwy::SetSupportedTargetsForTest(targets);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

std::vector<std::int64_t> targets() { return hwy::SupportedAndGeneratedTargets(); }

}  // namespace

std::vector<std::string> simd_targets() {
  std::vector<std::string> names;
  for (const std::int64_t target : targets()) names.emplace_back(hwy::TargetName(target));
  return names;
}

std::string simd_target() { return simd_targets().front(); }

bool simd_is_fused() {
  return targets().front() != HWY_STATIC_TARGET || (HWY_STATIC_TARGET & (HWY_SCALAR | HWY_EMU128)) == 0;
}

bool choose_simd_target(const std::string& target) {
  for (const std::int64_t one : targets()) {
    if (hwy::TargetName(one) != target) continue;
    choose(one);
    return true;
  }
  return false;
}

void choose_best_simd_target() { choose(0); }

}  // namespace palimpsest
