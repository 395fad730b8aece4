#pragma once

#include "models/physics/cell.hpp"

namespace palimpsest::test {

/// A cell that takes a few tens of pulses to most targets, with all that makes writing and reading uncertain.
inline CellConfig noisy_cell() {
  CellConfig cell;
  cell.soft_bound.set_step_microsiemens = 65.0;
  cell.soft_bound.reset_step_microsiemens = 65.0;
  cell.soft_bound.cycle_to_cycle = 0.6;
  cell.soft_bound.device_to_device = 0.1;
  cell.read_noise = 0.01;
  return cell;
}

}  // namespace palimpsest::test
