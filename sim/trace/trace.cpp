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

std::vector<const Adapter*> adapters_of(const Trace& trace, const Method& method,
                                        const std::map<std::string, Adapter>& replacing) {
  std::vector<const Adapter*> adapters;
  for (const std::string& name : method.adapters) {
    const auto replaced = replacing.find(name);
    adapters.push_back(replaced == replacing.end() ? &trace.adapters.at(name) : &replaced->second);
  }
  return adapters;
}

}  // namespace palimpsest
