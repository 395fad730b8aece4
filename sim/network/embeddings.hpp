#pragma once

#include <cstddef>

#include "sim/graph/network.hpp"

namespace palimpsest {

/// Number of the last execution whose weights lie in the arrays. What it reads is the network's last hidden layer: a
/// sample's embedding. Throws UserError (trace) if there is none.
std::size_t last_weighted_execution(const Network& network);

/// Shape of a sample's embedding.
const Shape& embedding_shape(const Network& network);

}  // namespace palimpsest
