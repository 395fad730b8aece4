#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/mapping/program_builder.hpp"

namespace palimpsest {

/// Where the parameters that are not in the arrays lie in the SRAM buffer.
struct ParameterPlacements {
  std::map<std::string, Placement> vectors;  ///< gains and biases by name, [1, n]
  std::map<std::pair<const Adapter*, std::uint32_t>, ProgramBuilder::StoredPair> pairs;  ///< by adapter and operation
};

/// Places gains and biases (at the precision of activations) and adapters (at `adapter_bits`).
ParameterPlacements place_parameters(ProgramBuilder& builder, const std::vector<const Adapter*>& adapters,
                                     int adapter_bits);

/// What a forward pass leaves in the SRAM buffer.
struct ForwardPass {
  std::vector<StoredValue> values;          ///< by value number
  std::map<std::uint32_t, Placement> kept;  ///< A x of the trained adapter by operation; there when its output is
};

/// Adds the forward pass. Linear operations whose weights are in `working_weights` are computed in the LoRA unit from
/// there, the others on the tiles. A x of every layer of `trained_adapter` is kept, at the precision of gradients;
/// null: none is.
ForwardPass add_forward_pass(ProgramBuilder& builder, const ParameterPlacements& parameters,
                             const std::vector<const Adapter*>& adapters,
                             const std::map<std::string, Placement>& working_weights, const Adapter* trained_adapter);

/// Whether inference finds gains, biases and adapters in the off-chip memory.
bool parameters_off_chip(const ProgramContext& context, const std::vector<const Adapter*>& adapters);

/// Inference of `samples` samples: input from the host, forward pass, class scores to the host.
Program inference_program(const ProgramContext& context, const std::vector<const Adapter*>& adapters,
                          std::uint32_t samples);

}  // namespace palimpsest
