#pragma once

#include "models/physics/adc.hpp"
#include "models/physics/crossbar.hpp"
#include "models/physics/dac.hpp"
#include "models/physics/ir_drop.hpp"
#include "models/physics/mapping.hpp"
#include "models/physics/tia.hpp"

namespace palimpsest {

struct TileConfig {
  CrossbarConfig crossbar;
  DacConfig dac;
  TiaConfig tia;
  AdcConfig adc;
  MappingConfig mapping;
  WireConfig wires;
  IrDropModel ir_drop = IrDropModel::off;
  double pulse_ns = 100.0;  ///< width of a SET or RESET pulse
  double forming_ns = 0.0;  ///< width of a forming pulse
};

/// How long the amplifiers are on for one pass: while the lines are driven and while their outputs settle.
inline double amplifier_on_ns(const TileConfig& tile) { return tile.crossbar.read_ns + tile.tia.settling_ns; }

}  // namespace palimpsest
