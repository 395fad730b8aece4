#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/mapping/training_program.hpp"

namespace palimpsest::test {

/// Whether the tile jobs before `forward_steps` read and drain beside their vectors what the network, its adapters and
/// the data path ask for: how many values of which length, and how much is done with them. `program` is for training if
/// it has further steps. Which values they are is for data_flow() and partial_sum_faults(). Faults, one line each:
/// - tiles that do not work in step have more than one input and one result;
/// - a group has not the layer's bias beforehand, an input for each value that is added or goes into a fused function,
///   or other results than the last function's and, at training, some of those before it;
/// - pairs that get its vectors are not those of the layer's adapters, or keep another product than the trained one's;
/// - the lanes' operations are not a sum over blocks, adapters and bias and the functions behind it.
std::vector<std::string> tile_operand_faults(const Program& program, const ProgramContext& context,
                                             const std::vector<const Adapter*>& adapters,
                                             const Adapter* trained_adapter, std::size_t forward_steps);

}  // namespace palimpsest::test
