#pragma once

#include "sim/report/tensor_file.hpp"
#include "sim/run/chip_identity.hpp"
#include "sim/run/deployed_weights.hpp"

namespace palimpsest {

/// The file of a phase's parameters on one chip (docs/restoring.md), laid out before they are known: a tensor for each
/// parameter of the trace's network, named and shaped as in its weight sets.
TensorFile deployed_weights_file(const Trace& trace, const ChipIdentity& chip, const std::string& phase,
                                 const Provenance& provenance);

/// Writes them, once the file has begun.
void write_values(TensorFile& file, const DeployedWeights& weights);

}  // namespace palimpsest
