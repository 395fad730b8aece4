#pragma once

#include <map>
#include <string>

#include "sim/config/architecture.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// What tells one programmed chip from another, in words as files state it: `architecture_sha256` (as in the provenance
/// of reports), `trace_sha256` (of what `sha256sum trace.json tensors.safetensors` prints in the trace's directory),
/// `seed`, and `fault_map_sha256` where there is a map of faulty cells.
using ChipIdentity = std::map<std::string, std::string>;

ChipIdentity chip_identity(const Architecture& architecture, const Trace& trace, std::uint64_t seed);

/// How a chip with `other`, which may lack entries, differs from `chip`: `seed: expected 2, got 1`, all differences
/// with semicolons between them; empty if it is the same.
std::string differences(const ChipIdentity& chip, const ChipIdentity& other);

}  // namespace palimpsest
