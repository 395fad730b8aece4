#pragma once

#include <cstdint>
#include <vector>

#include "tests/support/small_trace.hpp"

namespace palimpsest::test {

inline constexpr std::uint32_t spiking_samples = 4;
inline constexpr std::uint32_t spiking_steps = 3;
inline constexpr std::uint32_t spiking_channels = 4;
inline constexpr std::uint32_t spiking_neurons = 3;

/// A small recurrent spiking network: spikes [3, 4] go one step after the other to 3 neurons, layer `in`, which hear
/// their own spikes of the step before, layer `back`; layer `head` reads their mean. 2 classes, 4 samples, which are
/// those of the calibration as well, phases `learn` and, with an adapter of rank 1 on `back`, `tune`. Membranes keep
/// away from the threshold, so that a chip whose errors are small gives the same spikes.
TraceFiles spiking_trace();

/// `spiking_trace()` as it is read.
Trace read_spiking_trace();

/// Spikes that enter the network, [samples, steps], summed over the channels.
std::vector<std::uint32_t> spikes_of_inputs();

/// Spikes that the neurons give without adapters, [samples, steps], summed over the neurons.
std::vector<std::uint32_t> spikes_of_neurons();

}  // namespace palimpsest::test
