#pragma once

#include <cstdint>
#include <string>

#include "sim/config/json_reader.hpp"
#include "sim/trace/safetensors.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// Reads the adapter `name` of a network, in this version of the trace format. Throws UserError (trace).
Adapter read_adapter(JsonReader reader, const std::string& name, const Network& network, Safetensors& tensors,
                     std::uint32_t version);

}  // namespace palimpsest
