#include "sim/run/figures.hpp"

#include <cmath>
#include <stdexcept>
#include <utility>

namespace palimpsest {

Wear wear_figures(const ArrayWear& wear, double endurance_cycles) {
  Wear figures;
  const KindWear working = wear.all_kinds();
  figures.cells = wear.cells;
  figures.largest_pulse_count = working.largest_pulse_count;
  if (working.cells != 0)
    figures.mean_pulse_count = static_cast<double>(working.pulses) / static_cast<double>(working.cells);
  // A SET/RESET cycle is two pulses.
  figures.endurance_share = static_cast<double>(working.largest_pulse_count) / (2.0 * endurance_cycles);
  figures.cells_past_endurance = wear.cells_past_endurance;
  figures.rounds_left = expected_rounds_left(wear, endurance_cycles);
  figures.least_rounds_left = least_rounds_left(wear, endurance_cycles);
  if (wear.pulsed_cells != 0) figures.mean_age_seconds = wear.age_seconds / static_cast<double>(wear.pulsed_cells);
  return figures;
}

void set_energy(StageFigures& stage, std::vector<NamedEnergy> components) {
  double total = 0.0;
  for (const NamedEnergy& component : components) total += component.joule;
  if (!std::isfinite(total)) throw std::logic_error("an energy is not finite");
  stage.energy_joule = 0.0;
  if (total > 0.0) {
    const double quantum = std::ldexp(1.0, std::ilogb(total) - 50);
    for (NamedEnergy& component : components) {
      component.joule = std::round(component.joule / quantum) * quantum;
      stage.energy_joule += component.joule;
    }
  }
  stage.components = std::move(components);
}

double active_energy_joule(const StageFigures& stage) {
  double joule = stage.energy_joule;
  for (const Component component : {Component::leakage, Component::static_power}) {
    const std::string_view name = component_descriptions()[static_cast<std::size_t>(component)].name;
    for (const NamedEnergy& energy : stage.components) {
      if (energy.component == name) joule -= energy.joule;
    }
  }
  return joule;
}

}  // namespace palimpsest
