#include "models/physics/write_pulse.hpp"

#include <algorithm>

#include "models/physics/access_transistor.hpp"
#include "models/physics/units.hpp"

namespace palimpsest {

namespace {

double inside_limits(const CellConfig& cell, double conductance) {
  return std::clamp(conductance, cell.limit_low_microsiemens, cell.limit_high_microsiemens);
}

/// Limited by the transistor at `level`, and by a cell of `after`.
double gated_set_ampere(const CellConfig& cell, double level, double after, double volt) {
  return std::min(cell.gate_controlled.compliance_volt * level,
                  volt * conductance_through(cell.access_transistor_ohm, after)) *
         micro;
}

PulseEffect apply_gated_set(const CellConfig& cell, const CellTraits& traits, double conductance,
                            const PulseVoltages& voltages, RandomStream& stream) {
  const bool stuck = is_stuck(traits);
  const double level =
      set_level(cell.gate_controlled, stuck ? 1.0 : traits.set_factor, voltages.gate_volt.value(), stream);
  const double after = stuck ? conductance : std::max(conductance, inside_limits(cell, level));
  return {after, gated_set_ampere(cell, level, after, voltages.volt)};
}

}  // namespace

PulseEffect apply_pulse(const CellConfig& cell, const CellTraits& traits, double conductance, bool set,
                        const PulseVoltages& voltages, RandomStream& stream) {
  const bool gated = cell.update == CellUpdate::gate_controlled;
  if (gated && set) return apply_gated_set(cell, traits, conductance, voltages, stream);
  const double ohm = cell.access_transistor_ohm;
  const double ampere = voltages.volt * conductance_through(ohm, conductance) * micro;
  if (gated) {
    const double level = inside_limits(cell, reset_level(cell.gate_controlled, stream));
    return {is_stuck(traits) ? conductance : std::min(conductance, level), ampere};
  }
  const double cell_volt = volt_behind(ohm, conductance, voltages.volt);
  return {set ? after_set(cell, traits, conductance, cell_volt, stream)
              : after_reset(cell, traits, conductance, cell_volt, stream),
          ampere};
}

double exact_pulse_ampere(const CellConfig& cell, double before, double after, bool set, double volt) {
  if (set && cell.update == CellUpdate::gate_controlled) return gated_set_ampere(cell, after, after, volt);
  return volt * conductance_through(cell.access_transistor_ohm, before) * micro;
}

}  // namespace palimpsest
