#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "models/modules/chip.hpp"
#include "sim/config/architecture.hpp"
#include "sim/run/figures.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

struct RunOptions {
  std::uint64_t seed = 1;
  unsigned threads = 1;      ///< changes the time it takes and nothing else
  double age_seconds = 0.0;  ///< how long after its deployment each phase is evaluated; phases follow each other
  ChipOptions chip;
  /// Called before each part with what comes and the share that is done.
  std::function<void(const std::string& part, double share)> progress;
};

/// Lives through all phases of the trace: the hybrid, the baseline that rewrites the arrays, and the GPU. Elaborates a
/// SystemC chip, so it can be called once per process. Throws UserError if the network does not fit the chip, which is
/// found before anything else, or the trace's references are not its outputs.
RunReport run(const Architecture& architecture, const Trace& trace, const RunOptions& options);

}  // namespace palimpsest
