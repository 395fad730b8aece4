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
/// - tiles by themselves leave another width than their conversions have, pairs another one than their sums;
/// - pairs that get its vectors are not those of the layer's adapters, load matrices that the LoRA unit's registers
/// hold,
///   or not those that they do not hold, or keep another product than the trained one's;
/// - the lanes' operations are not the products that bring conversions and adapters to one step, the sum over blocks
///   and bias, and the functions behind it.
std::vector<std::string> tile_operand_faults(const Program& program, const ProgramContext& context,
                                             const std::vector<const Adapter*>& adapters,
                                             const Adapter* trained_adapter, std::size_t forward_steps);

}  // namespace palimpsest::test
