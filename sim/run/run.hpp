#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "models/modules/chip.hpp"
#include "sim/config/architecture.hpp"
#include "sim/run/figures.hpp"
#include "sim/run/progress_meter.hpp"
#include "sim/run/run_record.hpp"
#include "sim/run/selection.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

struct RunOptions {
  std::uint64_t seed = 1;
  unsigned threads = 1;      ///< changes the time it takes and nothing else
  double age_seconds = 0.0;  ///< how long after its deployment each phase is evaluated; phases follow each other
  RunSelection selection;
  std::map<std::string, Adapter> adapters;  ///< that the hybrid uses in place of the trace's of these names
  ChipOptions chip;
  /// Called with what is being done and the share that is done, by one thread at a time; not before everything is known
  /// to fit.
  ReportProgress progress;
  RunRecord record;
};

/// Lives through the phases of the trace: the hybrid, the baseline that rewrites the arrays, and the GPU. Elaborates a
/// SystemC chip, so it can be called once per process. Throws UserError if the network does not fit the chip, which is
/// found before anything else, or the trace's references are not its outputs. What `selection` does not want is neither
/// played nor evaluated; the figures of what it wants are those of the whole run.
RunReport run(const Architecture& architecture, const Trace& trace, const RunOptions& options);

}  // namespace palimpsest
