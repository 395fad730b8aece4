#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/run/outcome_spread.hpp"
#include "sim/run/progress_meter.hpp"
#include "sim/run/provenance.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// What the noise study of arXiv 2601.10037 varies and holds fixed.
struct NoiseSettings {
  std::vector<double> sigmas_microsiemens;  ///< standard deviations of a device's error
  std::uint32_t draws = 100;                ///< at each sigma; at least 2
  double window_low_microsiemens = 20.0;
  double window_high_microsiemens = 80.0;
  double zero_weight_microsiemens = 50.0;  ///< inside the window
  std::uint64_t seed = 1;
};

struct NoisyMethod {
  Outcome float_outcome;               ///< with the exact weights
  std::vector<OutcomeSpread> spreads;  ///< by sigma
};

struct NoisyPhase {
  std::string name;
  std::uint64_t samples = 0;
  NoisyMethod hybrid;
  NoisyMethod rewrite;
};

struct NoiseStudy {
  Provenance provenance;
  std::string trace;
  TaskKind task = TaskKind::classify;
  NoiseSettings settings;
  std::vector<NoisyPhase> phases;
};

/// Evaluates every phase of `trace` in floating point with conductance errors on its linear weights; adapters, gains
/// and biases are exact. In one draw a weight set is programmed once: all phases and methods that use it see the same
/// errors, the hybrid's phases therefore one array. Other weight sets have errors of their own. The errors of a draw at
/// different sigmas differ by the factor sigma alone (common random numbers): each sigma's statistics are those of
/// independent draws, and the curve over sigma is smooth. Any number of `threads` gives the same figures. `progress`,
/// if any, is told of the work. Throws UserError (trace) if the
/// network overflows or the trace's references are not its outputs.
NoiseStudy noise_study(const Trace& trace, const NoiseSettings& settings, unsigned threads,
                       const ReportProgress& progress = {});

}  // namespace palimpsest
