#pragma once

#include <cstdint>

#include "models/physics/cell.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// Devices that weights are mapped to, and the error with which they are programmed, microsiemens.
struct NoisyDevices {
  CellConfig cell;  ///< its window; nothing else is used
  double zero_weight_microsiemens = 50.0;
  double sigma_microsiemens = 0.0;
};

/// One programming of one weight set. Its errors differ from those of any other, but not from one sigma to the next.
struct ProgrammingKey {
  std::uint64_t seed = 1;
  std::uint32_t weight_set = 0;  ///< number of the set
  std::uint32_t draw = 0;
};

/// `weights` as devices with a conductance error hold them: each linear layer is mapped to conductances with a scale of
/// its own, disturbed, clamped to the window and mapped back. Operations that share a weight share its devices. Gains
/// and biases are digital and stay exact.
WeightSet noisy_weights(const Network& network, const WeightSet& weights, const NoisyDevices& devices,
                        const ProgrammingKey& key);

}  // namespace palimpsest
