#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

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

/// What the report has figures of.
struct Shown {
  std::vector<Machine> machines;
  std::vector<Stage> stages;

  bool has(PhaseFigures PhaseReport::*figures) const {
    return std::any_of(machines.begin(), machines.end(), [&](const Machine& one) { return one.figures == figures; });
  }
  bool has(StageFigures PhaseFigures::*figures) const {
    return std::any_of(stages.begin(), stages.end(), [&](const Stage& one) { return one.figures == figures; });
  }
};

inline Shown shown_of(const RunReport& report) {
  const RunSelection& selection = report.selection;
  Shown shown;
  for (const Machine& machine : machines) {
    if ((machine.figures != &PhaseReport::rm_rewrite || selection.rm_rewrite) &&
        (machine.figures != &PhaseReport::gpu || selection.gpu))
      shown.machines.push_back(machine);
  }
  for (const Stage& stage : stages) {
    if ((stage.figures != &PhaseFigures::training || selection.stages.training) &&
        (stage.figures != &PhaseFigures::deployment || selection.stages.deployment) &&
        (stage.figures != &PhaseFigures::inference || selection.stages.inference))
      shown.stages.push_back(stage);
  }
  return shown;
}

}  // namespace palimpsest
