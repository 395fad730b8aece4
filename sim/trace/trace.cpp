#include "sim/trace/trace.hpp"

namespace palimpsest {

std::vector<const Adapter*> adapters_of(const Trace& trace, const Method& method) {
  std::vector<const Adapter*> adapters;
  for (const std::string& name : method.adapters) adapters.push_back(&trace.adapters.at(name));
  return adapters;
}

}  // namespace palimpsest
