#pragma once

#include <string>

#include "sim/config/json_reader.hpp"
#include "sim/trace/safetensors.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// Reads the network, in this version of the format, and infers the shape of every value. Shapes of weights come from
/// the tensors of `weight_set`. Throws UserError (trace).
Network read_network(JsonReader reader, const Safetensors& tensors, const std::string& weight_set,
                     std::uint32_t version, DepthwiseConvolutions depthwise_convolutions);

/// Reads all parameters of the network from the tensors of one weight set. Throws UserError (trace).
WeightSet read_weight_set(const Network& network, Safetensors& tensors, const std::string& weight_set);

}  // namespace palimpsest
