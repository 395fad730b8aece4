#pragma once

#include "sim/config/architecture.hpp"
#include "sim/run/figures.hpp"

namespace palimpsest {

/// The same phases on a GPU, as a roofline with launch overhead: one kernel per operation, each as long as its
/// arithmetic or its memory traffic, whichever is longer, plus the launch. It trains what the hybrid trains, merges the
/// adapters into the weights at deployment, and infers with the plain network in single precision.
PhaseFigures gpu_phase(const GpuConfig& gpu, const Trace& trace, const Phase& phase);

/// Energy of the phase's inference if every multiply-accumulate ran at the peak rate, without launches or memory
/// traffic, joule.
double gpu_inference_at_peak_joule(const GpuConfig& gpu, const Trace& trace, const Phase& phase);

}  // namespace palimpsest
