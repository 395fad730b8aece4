#pragma once

#include <vector>

#include "sim/graph/network.hpp"

namespace palimpsest {

/// By execution: whether it is a product with a weight in the arrays that reads spikes, values of 0 or 1 whatever
/// parameters and samples are: an input of spikes, what neurons give, zeros that a loop begins with, and copies of
/// these.
std::vector<bool> spike_products(const Network& network);

}  // namespace palimpsest
