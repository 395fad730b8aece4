#pragma once

#include "models/physics/cell.hpp"
#include "models/physics/pulse_schedule.hpp"

namespace palimpsest {

/// What one pulse does to a cell, and takes.
struct PulseEffect {
  double conductance = 0.0;  ///< microsiemens, the cell's own behind its access transistor, after the pulse
  double ampere = 0.0;       ///< through cell and transistor while the pulse lasts
};

/// One SET or RESET pulse on a cell that holds `conductance` (microsiemens, its own). The current is V g, g as read
/// before the pulse; that of a gate-controlled SET is limited by the transistor, to compliance_volt times the level
/// that the pulse reaches, and by the cell, to V g, g as read after it. A stuck cell takes current and does not move.
PulseEffect apply_pulse(const CellConfig& cell, const CellTraits& traits, double conductance, bool set,
                        const PulseVoltages& voltages, RandomStream& stream);

/// Current of a pulse that takes a cell from `before` to `after` (microsiemens, its own) without chance, ampere; limits
/// as above.
double exact_pulse_ampere(const CellConfig& cell, double before, double after, bool set, double volt);

}  // namespace palimpsest
