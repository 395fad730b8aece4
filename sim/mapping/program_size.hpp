#pragma once

#include <cstdint>

#include "models/protocol/jobs.hpp"

namespace palimpsest {

/// What playing a program takes, of all its samples together; what the chip's simulation takes time for.
struct ProgramSize {
  std::uint64_t steps = 0;
  std::uint64_t vectors = 0;  ///< through units, once for each pass
  std::uint64_t bytes = 0;    ///< read from and written to the SRAM buffer
};

ProgramSize size_of(const Program& program);

}  // namespace palimpsest
