#include "sim/graph/spike_products.hpp"

#include <algorithm>
#include <cstddef>

namespace palimpsest {

std::vector<bool> spike_products(const Network& network) {
  std::vector<bool> spikes(network.execution_values().size(), false);
  spikes[0] = network.input_type == InputType::spikes;
  std::vector<bool> products;
  products.reserve(network.executions().size());
  for (const Execution& execution : network.executions()) {
    const bool reads_spikes = std::all_of(execution.inputs.begin(), execution.inputs.end(),
                                          [&](std::uint32_t input) { return spikes[input]; });
    for (std::size_t output = 0; output < execution.outputs.size(); ++output)
      spikes[execution.outputs[output]] = execution.operation->gives_spikes(output, reads_spikes);
    products.push_back(execution.operation->array_product() != nullptr && spikes[execution.inputs.front()]);
  }
  return products;
}

}  // namespace palimpsest
