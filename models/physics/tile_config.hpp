#pragma once

#include "models/physics/adc.hpp"
#include "models/physics/crossbar_config.hpp"
#include "models/physics/dac.hpp"
#include "models/physics/ir_drop.hpp"
#include "models/physics/mapping.hpp"
#include "models/physics/sensing.hpp"
#include "models/physics/tia.hpp"

namespace palimpsest {

struct TileConfig {
  CrossbarConfig crossbar;
  DacConfig dac;
  SensingConfig sensing;
  TiaConfig tia;
  AdcConfig adc;
  MappingConfig mapping;
  WireConfig wires;
  IrDropModel ir_drop = IrDropModel::off;
  double supply_volt = 1.8;  ///< of line drivers, amplifiers and word lines; lines are driven about half of it
  double pulse_ns = 100.0;   ///< width of a SET or RESET pulse
  double forming_ns = 0.0;   ///< width of a forming pulse
};

}  // namespace palimpsest
