#pragma once

#include <cstdint>
#include <vector>

#include "sim/mapping/program_builder.hpp"

namespace palimpsest {

/// Whether inference finds digital parameters and adapters in the off-chip memory.
bool parameters_off_chip(const ProgramContext& context, const std::vector<const Adapter*>& adapters);

/// Inference of `samples` samples: input from the host, forward pass, outputs to the host.
Program inference_program(const ProgramContext& context, const std::vector<const Adapter*>& adapters,
                          std::uint32_t samples);

}  // namespace palimpsest
