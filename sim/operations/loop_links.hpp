#pragma once

#include <memory>
#include <string>

#include "sim/operations/operation.hpp"

namespace palimpsest {

// What a loop carries out beside its body. `index` is the operation's place in the network; shapes are those of values.

/// Parts of `value` along its first dimension, one for each iteration; all are value number `part`.
std::unique_ptr<Operation> make_unstack(std::string name, std::uint32_t index, std::uint32_t value, const Shape& shape,
                                        std::uint32_t part, const Shape& part_shape);

/// The values number `part` of all iterations one behind the other: value number `value`.
std::unique_ptr<Operation> make_stack(std::string name, std::uint32_t index, std::uint32_t part,
                                      const Shape& part_shape, std::uint32_t value, const Shape& shape);

/// Zeros for the first iteration: value number `value`.
std::unique_ptr<Operation> make_zeros(std::string name, std::uint32_t index, std::uint32_t value, const Shape& shape);

}  // namespace palimpsest
