#pragma once

#include <cstdint>
#include <vector>

#include "sim/mapping/program_builder.hpp"

namespace palimpsest {

/// What is trained, and on what.
struct TrainingTask {
  TaskKind task = TaskKind::classify;        ///< whose loss is trained with
  const Adapter* trained_adapter = nullptr;  ///< null: the backbone, all parameters
  std::vector<const Adapter*> adapters;      ///< in use during the run, the trained one included
  Optimizer optimizer = Optimizer::sgd;
  bool has_momentum = false;  ///< of SGD
  std::uint32_t batch_size = 1;
  bool backbone_in_arrays =
      false;  ///< backbone training computes on the tiles because the arrays are updated at every step
};

/// One training step: the forward and backward passes of a batch, then the parameter update.
struct TrainingPrograms {
  Program batch;
  Program forward;  ///< the forward passes of the batch alone, at the same addresses
  Program update;
  std::uint64_t trained_parameters = 0;
  /// By tile: vectors that a sample's backward pass sends through it in transposed reads.
  std::vector<std::uint64_t> transposed_vectors;
};

/// Where each product is computed: docs/training.md.
TrainingPrograms training_programs(const ProgramContext& context, const TrainingTask& task);

/// Whether it goes through the off-chip memory.
bool training_off_chip(const ProgramContext& context, const TrainingTask& task);

}  // namespace palimpsest
