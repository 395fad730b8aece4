#pragma once

#include "sim/config/architecture.hpp"
#include "sim/config/json_reader.hpp"

namespace palimpsest {

/// Reads a GPU (arch/README.md). Throws UserError.
GpuConfig read_gpu(JsonReader reader);

}  // namespace palimpsest
