#pragma once

#include <string>
#include <vector>

#include "sim/trace/trace.hpp"
#include "tests/support/network_builder.hpp"

namespace palimpsest::test {

/// A layer of 65536 x 65536 weights behind a small one.
inline Network network_of_billions() {
  NetworkBuilder builder({3, 4});
  builder.linear(builder.linear(builder.mean(0), 65536, "wide"), 65536, "square");
  return builder.network();
}

/// A network with two adapters that lie on some of its layers each.
struct AdaptedNetwork {
  std::string name;
  Network network;
  Adapter first;
  Adapter second;
};

/// Networks that differ in what programs are made of: with and without biases, one and several rows and layers, values
/// that several operations use, shared parameters. Several layers are cut over tiles of 3 x 3.
inline std::vector<AdaptedNetwork> small_networks() {
  std::vector<AdaptedNetwork> all;
  const auto add = [&all](const std::string& name, const NetworkBuilder& builder, const std::vector<std::uint32_t>& one,
                          const std::vector<std::uint32_t>& other) {
    const Network network = builder.network();
    all.push_back({name, network, adapter_on(network, one, 2), adapter_on(network, other, 3)});
  };
  {
    NetworkBuilder builder({1, 5});
    builder.linear(0, 4, "w");
    add("one layer", builder, {0}, {0});
  }
  {
    NetworkBuilder builder({2, 7});
    const auto wide = builder.gelu(builder.linear(0, 8, "up", "up bias"));
    builder.linear(builder.mean(builder.linear(wide, 5, "down", "down bias")), 3, "head", "head bias");
    add("layers with biases", builder, {0, 3 + 1}, {2});
  }
  {
    NetworkBuilder builder({4, 6});
    const auto mixed = builder.linear(builder.transpose(builder.norm(0, "gain")), 4, "token");
    const auto kept = builder.sum(0, builder.transpose(builder.relu(mixed)));
    const auto branch = builder.linear(builder.norm(kept, "second gain"), 6, "channel", "channel bias");
    builder.linear(builder.mean(builder.sum(kept, branch)), 3, "head");
    add("a mixer", builder, {2, 7, 10}, {7});
  }
  {
    NetworkBuilder builder({3, 5});
    const auto first = builder.linear(0, 5, "w", "b");
    const auto second = builder.linear(builder.relu(first), 5, "w", "b");
    builder.mean(builder.norm(builder.sum(builder.linear(second, 5, "v"), builder.linear(second, 5, "u")), "gain"));
    add("shared parameters, two layers of one value", builder, {2, 3}, {0, 4});
  }
  return all;
}

}  // namespace palimpsest::test
