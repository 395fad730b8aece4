#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/config/architecture.hpp"

namespace palimpsest {

/// What single SET pulses of one gate voltage reach, each after a RESET. Conductances in microsiemens, as a read
/// without noise sees them.
struct SingleShotLevel {
  double gate_volt = 0.0;
  double mean = 0.0;             ///< over shots of one typical cell
  double deviation = 0.0;        ///< their standard deviation: the landing noise
  double cells_mean = 0.0;       ///< over as many cells, one shot each
  double cells_deviation = 0.0;  ///< their standard deviation: landing noise and spread of the cells together
};

/// Single shots of a gate-controlled cell over the window, and the straight line through the typical cell's means.
struct SingleShots {
  std::vector<SingleShotLevel> levels;  ///< evenly spread gate voltages, rising
  double slope = 0.0;                   ///< of the line, microsiemens per volt
  double r_squared = 0.0;               ///< share of the means' variance that the line explains
  double largest_deviation = 0.0;       ///< magnitude, of a mean from the line
  double mean_deviation = 0.0;          ///< landing noise, mean over the levels
  double level_distance = 0.0;          ///< mean difference of neighbouring levels
};

/// Steps between the lowest and the highest level: the paper (arXiv 2601.10037) has more than 128 levels.
inline constexpr std::uint32_t single_shot_steps = 128;

/// `shots` of each level of a chip with `seed`, whose cells are gate-controlled. The number of threads changes nothing.
/// `level_done`, if any, is called once for every level, by several threads.
SingleShots single_shots(const Architecture& architecture, std::uint32_t shots, std::uint64_t seed, unsigned threads,
                         const std::function<void()>& level_done = {});

}  // namespace palimpsest
