#pragma once

#include <array>
#include <string_view>

#include "sim/run/figures.hpp"

namespace palimpsest {

/// The machines that live through the phases, as tables and pictures name them.
struct Machine {
  std::string_view name;
  PhaseFigures PhaseReport::*figures;
};

inline constexpr std::array<Machine, 3> machines{
    {{"hybrid", &PhaseReport::hybrid}, {"RM rewrite", &PhaseReport::rm_rewrite}, {"GPU", &PhaseReport::gpu}}};

struct Stage {
  std::string_view name;
  StageFigures PhaseFigures::*figures;
};

inline constexpr std::array<Stage, 3> stages{{{"training", &PhaseFigures::training},
                                              {"deployment", &PhaseFigures::deployment},
                                              {"inference", &PhaseFigures::inference}}};

}  // namespace palimpsest
