#pragma once

#include "sim/config/architecture.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// What is simulated at the same time.
struct SimulatedChips {
  std::uint64_t arrays = 1;  ///< chips whose arrays are held
  bool modules = true;       ///< whether a chip's modules are built as well
  unsigned threads = 1;
};

/// Bytes that simulating `trace` on the chips takes, about: the trace, modules and objects of each tile, the cells,
/// and the samples under way, of which there are as many for a large set as for a small.
double needed_memory_bytes(const Architecture& architecture, const Trace& trace, const SimulatedChips& chips);

/// Bytes that a process of this machine may have: its memory, or less where the process or its control group is
/// limited.
double available_memory_bytes();

/// Throws UserError (model_error) with both figures if more is needed than there is.
void check_memory(double needed_bytes, double available_bytes);

}  // namespace palimpsest
