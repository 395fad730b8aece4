#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/physics/cell_traits_simd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "models/physics/cell.hpp"
#include "models/physics/cell_draws-inl.hpp"
#include "models/physics/simd/exponential-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace palimpsest::HWY_NAMESPACE {

void traits(float set_spread, float reset_spread, std::uint64_t seed, std::uint64_t unit, const std::uint32_t* cells,
            std::size_t count, CellTraits* traits) {
  const CellDraws draws(seed, RandomPurpose::cell_traits, unit, 0);
  alignas(64) std::uint32_t numbers[most_cell_lanes] = {};
  alignas(64) float set[most_cell_lanes];
  alignas(64) float reset[most_cell_lanes];
  for (std::size_t first = 0; first < count; first += hn::Lanes(in_lanes)) {
    const std::size_t taken = std::min(hn::Lanes(in_lanes), count - first);
    std::copy_n(cells + first, taken, numbers);
    CellValues normals[2];
    draws.draw(hn::Load(in_words, numbers), words_of(0), normals);
    hn::Store(exponential(hn::Mul(in_all(set_spread), normals[0])), in_lanes, set);
    hn::Store(exponential(hn::Mul(in_all(reset_spread), normals[1])), in_lanes, reset);
    for (std::size_t lane = 0; lane < taken; ++lane) traits[first + lane] = {set[lane], reset[lane]};
  }
}

}  // namespace palimpsest::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace palimpsest {

HWY_EXPORT(traits);

std::vector<CellTraits> draw_traits(const CellConfig& config, std::uint64_t seed, std::uint64_t unit,
                                    const std::vector<std::uint32_t>& cells) {
  const bool gated = config.update == CellUpdate::gate_controlled;
  const auto spread =
      static_cast<float>(gated ? config.gate_controlled.device_to_device : config.soft_bound.device_to_device);
  std::vector<CellTraits> drawn(cells.size());
  HWY_DYNAMIC_DISPATCH(traits)
  (spread, gated ? 0.0F : spread, seed, unit, cells.data(), cells.size(), drawn.data());
  return drawn;
}

}  // namespace palimpsest

#endif
