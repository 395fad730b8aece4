#pragma once

#include "models/physics/cell.hpp"

namespace palimpsest::test {

/// A cell that takes a few tens of pulses to most targets, with all that makes writing and reading uncertain.
inline CellConfig noisy_cell() {
  CellConfig cell;
  cell.set_step_microsiemens = 65.0;
  cell.reset_step_microsiemens = 65.0;
  cell.cycle_to_cycle = 0.6;
  cell.device_to_device = 0.1;
  cell.read_noise = 0.01;
  return cell;
}

}  // namespace palimpsest::test
