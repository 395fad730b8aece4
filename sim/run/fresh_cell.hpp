#pragma once

#include <cstdint>

#include "models/physics/write_verify.hpp"
#include "sim/config/architecture.hpp"

namespace palimpsest {

/// A cell's number among its array's has this many bits, the array's is above them.
constexpr unsigned cell_number_bits = 24;

/// Target `number` of `count` spread evenly over the window, microsiemens: the middle of its share of it.
double spread_target(const CellConfig& cell, std::uint64_t number, std::uint64_t count);

/// Writes cell `number` of a chip with `seed`, fresh at the low edge of the window, to `target`. Traits and draws are
/// the number's alone.
CellWrite write_fresh_cell(const Architecture& architecture, std::uint64_t seed, std::uint64_t number,
                           const CellTarget& target);

}  // namespace palimpsest
