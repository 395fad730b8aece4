#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "models/physics/cell_array.hpp"
#include "sim/config/architecture.hpp"
#include "sim/run/figures.hpp"

namespace palimpsest {

/// Most that a repeated piece of work may take of anything: a quarter of what 64 bits hold.
inline constexpr std::uint64_t most_counted = std::numeric_limits<std::uint64_t>::max() / 4;

/// count * repetitions. Throws UserError (trace) beyond `most_counted`.
std::uint64_t counted(std::uint64_t count, std::uint64_t repetitions);

/// Throws UserError (trace) if the sum cannot be counted.
ChipWork& operator+=(ChipWork& sum, const ChipWork& addend);

/// Takes away what was played for lines that `activity` says were not driven, `times` over.
void leave_out_undriven_lines(const Activity& activity, double times, ActionCounts& counts);

/// What `whole` takes beyond `part`, which is no more in anything.
ChipWork beyond(const ChipWork& whole, const ChipWork& part);

/// The same work `repetitions` times, one after the other. Throws as counted().
ChipWork times(const ChipWork& work, std::uint64_t repetitions);

/// What the energy of a chip of `tiles` tiles depends on besides the table, with multiply-accumulates of `mac_bits`.
EnergyParameters energy_parameters(const Architecture& architecture, std::uint64_t tiles, int mac_bits);

/// What the values say of `writes`: analogue energy and dissipation, failed cells and clipped weights. Counts and
/// cycles come from playing them.
ChipWork write_work(const Architecture& architecture, const std::vector<ArrayWrite>& writes);

}  // namespace palimpsest
