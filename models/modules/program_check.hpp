#pragma once

#include <cstdint>

#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// Throws std::logic_error, naming the step, if a chip of `groups` tile groups, with or without an off-chip memory,
/// cannot play `program`: whoever made it broke a promise. What a well-formed program asks of the chip always ends.
void check_program(const Program& program, std::uint32_t groups, bool has_off_chip);

}  // namespace palimpsest
