#include "sim/run/fresh_cell.hpp"

#include "models/physics/access_transistor.hpp"

namespace palimpsest {

double spread_target(const CellConfig& cell, std::uint64_t number, std::uint64_t count) {
  const double position = (static_cast<double>(number) + 0.5) / static_cast<double>(count);
  return cell.window_low_microsiemens + position * (cell.window_high_microsiemens - cell.window_low_microsiemens);
}

CellWrite write_fresh_cell(const Architecture& architecture, std::uint64_t seed, std::uint64_t number,
                           const CellTarget& target) {
  const CellConfig& cell = architecture.resistive_memory.cell;
  RandomStream traits(seed, RandomPurpose::cell_traits, number, 0);
  RandomStream pulses(seed, RandomPurpose::write_pulses, number, 0);
  const double fresh = conductance_behind(cell.access_transistor_ohm, cell.window_low_microsiemens);
  return write_cell(cell, architecture.write_verify, draw_traits(cell, traits), fresh, target, pulses);
}

}  // namespace palimpsest
