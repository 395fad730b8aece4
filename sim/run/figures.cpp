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

namespace {

double sum_of(const std::vector<NamedEnergy>& components) {
  double total = 0.0;
  for (const NamedEnergy& component : components) total += component.joule;
  return total;
}

/// The number of which energies that sum to `total` are made multiples.
double energy_quantum(double total) {
  if (!std::isfinite(total)) throw std::logic_error("an energy is not finite");
  return total > 0.0 ? std::ldexp(1.0, std::ilogb(total) - 50) : 0.0;
}

void set_rounded(StageFigures& stage, std::vector<NamedEnergy> components, double quantum) {
  for (NamedEnergy& component : components) {
    if (quantum > 0.0) component.joule = std::round(component.joule / quantum) * quantum;
  }
  stage.energy_joule = sum_of(components);
  stage.components = std::move(components);
}

}  // namespace

void set_energy(StageFigures& stage, std::vector<NamedEnergy> components) {
  const double quantum = energy_quantum(sum_of(components));
  set_rounded(stage, std::move(components), quantum);
}

void set_energy(StageFigures& stage, const std::vector<StageFigures*>& parts) {
  double total = 0.0;
  for (const StageFigures* part : parts) total += sum_of(part->components);
  const double quantum = energy_quantum(total);
  for (NamedEnergy& component : stage.components) component.joule = 0.0;
  for (StageFigures* part : parts) {
    set_rounded(*part, part->components, quantum);
    for (std::size_t index = 0; index < stage.components.size(); ++index) {
      stage.components[index].joule += part->components[index].joule;
    }
  }
  stage.energy_joule = sum_of(stage.components);
}

TrainingPart& operator+=(TrainingPart& sum, const TrainingPart& addend) {
  sum.energy_joule += addend.energy_joule;
  sum.cycles += addend.cycles;
  sum.seconds += addend.seconds;
  return sum;
}

TrainingPart sum_of_runs(const PhaseFigures& figures, TrainingPart TrainingRunFigures::*part) {
  TrainingPart sum;
  for (const TrainingRunFigures& run : figures.training_runs) sum += run.*part;
  return sum;
}

TrainingPart training_part(const StageFigures& stage) { return {stage.energy_joule, stage.cycles, stage.seconds}; }

TrainingPart TrainingRunFigures::whole() const {
  TrainingPart sum = forward;
  sum += backward;
  sum += update;
  return sum;
}

std::uint64_t PhaseFigures::steps() const {
  std::uint64_t sum = 0;
  for (const TrainingRunFigures& run : training_runs) sum += run.steps;
  return sum;
}

std::uint64_t PhaseFigures::sample_passes() const {
  std::uint64_t sum = 0;
  for (const TrainingRunFigures& run : training_runs) sum += run.sample_passes();
  return sum;
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
