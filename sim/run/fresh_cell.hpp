#pragma once

#include <cstdint>
#include <vector>

#include "models/physics/cell_writes.hpp"
#include "sim/config/architecture.hpp"

namespace palimpsest {

/// A cell's number among its array's has this many bits, the array's is above them.
constexpr unsigned cell_number_bits = 24;

/// Target `number` of `count` spread evenly over the window, microsiemens: the middle of its share of it.
double spread_target(const CellConfig& cell, std::uint64_t number, std::uint64_t count);

/// Writes cells of a chip with `seed`, fresh at the low edge of the window, to `targets` within `tolerance`,
/// microsiemens. The first has the number `first_cell`; traits and draws of a cell are its number's alone.
CellWrites write_fresh_cells(const Architecture& architecture, std::uint64_t seed, std::uint64_t first_cell,
                             const std::vector<double>& targets, double tolerance, bool with_pulses = false);

}  // namespace palimpsest
