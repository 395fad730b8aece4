#pragma once

#include <string>

#include "sim/config/json_reader.hpp"
#include "sim/trace/safetensors.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// Largest number of rows or columns of a value, so that no size computed from a network overflows.
constexpr std::uint32_t largest_extent = 65536;

/// Reads the network and infers the shape of every value. Widths of linear layers come from the tensors of
/// `weight_set`. Throws UserError (trace).
Network read_network(JsonReader reader, const Safetensors& tensors, const std::string& weight_set);

/// Reads all parameters of the network from the tensors of one weight set. Throws UserError (trace).
WeightSet read_weight_set(const Network& network, Safetensors& tensors, const std::string& weight_set);

}  // namespace palimpsest
