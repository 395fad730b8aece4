#pragma once

#include <cstdint>

#include "models/physics/clock.hpp"
#include "models/physics/vector_operations.hpp"

namespace palimpsest {

struct VectorUnitConfig {
  std::uint32_t lanes = 16;           ///< elementary operations per step
  std::uint32_t pipeline_cycles = 4;  ///< steps that are added once per vector
  std::uint32_t step_cycles = 1;      ///< of a step; more than one under a clock faster than the lanes
};

/// Cycles of a vector with these `operations`.
inline std::uint64_t vector_cycles(const VectorUnitConfig& config, const VectorOperations& operations) {
  return (ceil_div(operations.total(), config.lanes) + config.pipeline_cycles) * config.step_cycles;
}

}  // namespace palimpsest
