#include "sim/trace/trace.hpp"

#include <set>

namespace palimpsest {

std::vector<const Operation*> adapted_operations(const Network& network, const Adapter& adapter) {
  std::vector<const Operation*> adapted;
  std::set<std::string> seen;
  for (const auto& operation : network.operations()) {
    const ArrayProduct* product = operation->array_product();
    if (product == nullptr || adapter.layers.count(product->layer) == 0) continue;
    if (seen.insert(product->layer).second) adapted.push_back(operation.get());
  }
  return adapted;
}

std::vector<const Adapter*> adapters_of(const Trace& trace, const Method& method) {
  std::vector<const Adapter*> adapters;
  for (const std::string& name : method.adapters) adapters.push_back(&trace.adapters.at(name));
  return adapters;
}

}  // namespace palimpsest
