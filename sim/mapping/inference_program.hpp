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

/// The low-rank pairs of `operation`, in the order of `adapters`.
std::vector<ProgramBuilder::StoredPair> pairs_of(const ParameterPlacements& parameters,
                                                 const std::vector<const Adapter*>& adapters, std::uint32_t operation);

/// Adds the forward pass; returns every value by its number. Linear operations whose weights are in `working_weights`
/// are computed in the LoRA unit from there, the others on the tiles.
std::vector<StoredValue> add_forward_pass(ProgramBuilder& builder, const ParameterPlacements& parameters,
                                          const std::vector<const Adapter*>& adapters,
                                          const std::map<std::string, Placement>& working_weights);

/// Inference of `samples` samples: input from the host, forward pass, class scores to the host.
Program inference_program(const ProgramContext& context, const std::vector<const Adapter*>& adapters,
                          std::uint32_t samples);

}  // namespace palimpsest
