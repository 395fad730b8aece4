#pragma once

namespace palimpsest {

// The access transistor of a 1T1R cell, switched on: a resistance R of `ohm` in series with the cell's conductance G
// in microsiemens. It is taken as linear: at a read voltage of 0.2 V it is far from saturation.

/// What a read sees of a cell, microsiemens: G / (1 + G R).
double conductance_through(double ohm, double cell_microsiemens);

/// The cell that a read sees as `seen_microsiemens`, the inverse: g / (1 - g R). Wants g R < 1.
double conductance_behind(double ohm, double seen_microsiemens);

/// The part of `volt` across cell and transistor that the cell gets: V / (1 + G R).
double volt_behind(double ohm, double cell_microsiemens, double volt);

}  // namespace palimpsest
