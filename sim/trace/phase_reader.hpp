#pragma once

#include "sim/config/json_reader.hpp"
#include "sim/trace/safetensors.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// Reads one phase of a trace whose task, weights, adapters and answers are known already. Throws UserError (trace).
Phase read_phase(JsonReader reader, const Trace& trace, Safetensors& tensors);

}  // namespace palimpsest
