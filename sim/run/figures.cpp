#include "sim/run/figures.hpp"

#include <cmath>
#include <stdexcept>
#include <utility>

namespace palimpsest {

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

}  // namespace palimpsest
