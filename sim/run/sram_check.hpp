#pragma once

#include "sim/mapping/program_builder.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// Builds every program that a run of `trace` plays, without playing any: throws UserError (usage_or_architecture) if
/// the SRAM buffer is too small for one of them.
void check_sram(const ProgramContext& context, const Trace& trace);

}  // namespace palimpsest
