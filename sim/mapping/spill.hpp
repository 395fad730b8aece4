#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/physics/off_chip.hpp"
#include "sim/mapping/buffer_access.hpp"
#include "sim/mapping/buffer_plan.hpp"

namespace palimpsest {

/// Plans a program whose buffers live in the off-chip memory, one sample after the other. Going through the steps in
/// their order, a buffer is in the SRAM buffer from its first use on; whichever is used again furthest ahead makes
/// room, and is stored if it was changed and loaded again for its next use. What is there once is loaded in every
/// sample and stored back when changed. A job whose values do not fit together is cut into pieces with parts of them.
/// Throws UserError where even the smallest piece does not fit, or the off-chip memory is too small; `purpose` says for
/// what.
PlannedProgram spilled_program(const UnplacedProgram& program, const BufferTable& buffers, const SramConfig& sram,
                               const OffChipConfig& off_chip, const std::string& purpose);

}  // namespace palimpsest
