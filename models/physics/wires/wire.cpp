#include "models/physics/wires/wire.hpp"

#include "models/physics/units.hpp"

namespace palimpsest {

namespace {

// Less than rounding beside any cell; its inverse could overflow.
constexpr double no_resistance_ohm = 1e-24;

double conductance(double ohm) { return ohm < no_resistance_ohm ? 0.0 : 1.0 / (ohm * micro); }

}  // namespace

Wire wire_of(double segment_ohm, double end_ohm) {
  return {segment_ohm < no_resistance_ohm, conductance(segment_ohm), conductance(segment_ohm + end_ohm)};
}

}  // namespace palimpsest
