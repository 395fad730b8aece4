#pragma once

#include <vector>

#include "models/physics/cell_array.hpp"
#include "sim/config/architecture.hpp"
#include "sim/run/figures.hpp"

namespace palimpsest {

ChipWork& operator+=(ChipWork& sum, const ChipWork& addend);

/// What `whole` takes beyond `part`, which is no more in anything.
ChipWork beyond(const ChipWork& whole, const ChipWork& part);

/// The same work `repetitions` times, one after the other. Throws UserError (trace) if that is more than can be
/// counted.
ChipWork times(const ChipWork& work, std::uint64_t repetitions);

/// What the values say of `writes`: analogue energy, failed cells and clipped weights. Counts and cycles come from
/// playing them.
ChipWork write_work(const Architecture& architecture, const std::vector<ArrayWrite>& writes);

}  // namespace palimpsest
