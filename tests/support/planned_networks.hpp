#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/config/architecture.hpp"
#include "sim/mapping/training_program.hpp"
#include "tests/support/data_flow.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/small_networks.hpp"

namespace palimpsest::test {

/// A chip with a buffer of `kib` and tiles of 16 x 20.
inline Architecture small_buffer_chip(std::uint32_t kib) {
  Architecture chip =
      read_architecture(std::string(PALIMPSEST_SOURCE_DIR) + "/arch/rm180.json", {{"/sram/activation_bits", "16"}});
  chip.tile.crossbar.rows = 16;
  chip.tile.crossbar.columns = 20;
  chip.sram.banks = 1;
  chip.sram.bank_kib = kib;
  return chip;
}

constexpr std::uint32_t plenty_kib = 65'536;

/// Networks whose values have some KiB.
inline std::vector<AdaptedNetwork> kib_networks() {
  std::vector<AdaptedNetwork> all;
  {
    NetworkBuilder builder({24, 30});
    const auto mixed = builder.linear(builder.transpose(builder.norm(0, "gain")), 24, "token");
    const auto kept = builder.sum(0, builder.transpose(builder.relu(mixed)));
    const auto branch = builder.linear(builder.norm(kept, "second gain"), 30, "channel", "channel bias");
    builder.linear(builder.mean(builder.sum(kept, branch)), 5, "head");
    const Network network = builder.network();
    all.push_back({"a mixer", network, adapter_on(network, {2, 7, 10}, 2), adapter_on(network, {7}, 3)});
  }
  {
    NetworkBuilder builder({20, 17});
    const auto first = builder.linear(0, 17, "w", "b");
    const auto second = builder.linear(builder.gelu(first), 17, "w", "b");
    builder.mean(builder.norm(builder.sum(builder.linear(second, 17, "v"), builder.linear(second, 17, "u")), "gain"));
    const Network network = builder.network();
    all.push_back({"shared parameters", network, adapter_on(network, {2, 3}, 2), adapter_on(network, {0, 4}, 3)});
  }
  return all;
}

/// Shows the first of them.
inline void check_none(const std::vector<std::string>& faults) {
  INFO(lines_of(
      {faults.begin(), faults.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(faults.size(), 9))}));
  CHECK(faults.empty());
}

/// An adapter's training, the backbone's, and that in the arrays.
inline std::vector<TrainingTask> tasks_of(const AdaptedNetwork& adapted) {
  TrainingTask of_adapter;
  of_adapter.batch_size = 3;
  of_adapter.adapters = {&adapted.first, &adapted.second};
  of_adapter.trained_adapter = &adapted.first;
  of_adapter.optimizer = Optimizer::adam;
  TrainingTask of_backbone;
  of_backbone.batch_size = 3;
  of_backbone.has_momentum = true;
  TrainingTask in_arrays = of_backbone;
  in_arrays.backbone_in_arrays = true;
  return {of_adapter, of_backbone, in_arrays};
}

}  // namespace palimpsest::test
