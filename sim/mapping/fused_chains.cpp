#include "sim/mapping/fused_chains.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>

namespace palimpsest {

namespace {

constexpr std::size_t nothing = std::numeric_limits<std::size_t>::max();

/// Who makes and who reads a value of the executions.
struct ValueUse {
  std::size_t writer = 0;  ///< counted from 1; 0: it is the network's input
  std::size_t reader = nothing;
  std::uint32_t reads = 0;
  bool only_products = true;  ///< read by products of the arrays alone
};

class ChainFinder {
 public:
  ChainFinder(const Network& network, const DataPathConfig& data_path, bool transpositions)
      : network_(network),
        data_path_(data_path),
        transpositions_(transpositions),
        uses_(network.execution_values().size()) {
    const std::vector<Execution>& executions = network.executions();
    for (std::size_t number = 0; number < executions.size(); ++number) {
      for (const std::uint32_t input : executions[number].inputs) {
        uses_[input].reader = number;
        ++uses_[input].reads;
        if (!executions[number].operation->gives_array_product()) uses_[input].only_products = false;
      }
      for (const std::uint32_t output : executions[number].outputs) uses_[output].writer = number + 1;
    }
    ++uses_[network.execution_output()].reads;
    uses_[network.execution_output()].only_products = false;
  }

  std::vector<const Execution*> behind(std::size_t product) const {
    const std::vector<Execution>& executions = network_.executions();
    std::vector<const Execution*> chain;
    const Execution* last = &executions[product];
    while (last->outputs.size() == 1) {
      const std::uint32_t value = last->outputs.front();
      if (uses_[value].reads != 1 || uses_[value].reader == nothing) break;
      const Execution& next = executions[uses_[value].reader];
      if (!may_follow(next, value, product)) break;
      chain.push_back(&next);
      last = &next;
    }
    return chain;
  }

  bool is_read_by_products(const Execution& execution) const {
    const ValueUse& use = uses_[execution.outputs.front()];
    return transpositions_ && execution.operation->transposes() && use.only_products && use.reads > 0;
  }

 private:
  bool may_follow(const Execution& next, std::uint32_t value, std::size_t product) const {
    // Where the vectors of the product are no rows of its result, what follows would have to be rearranged too.
    const bool has_rows = network_.executions()[product].operation->gives_array_product();
    if (next.operation->transposes()) return transpositions_ && has_rows && !is_read_by_products(next);
    if (!next.operation->elementwise()) return false;
    if (next.inputs.size() == 1) return data_path_.fused_functions;
    return data_path_.fused_values && has_rows && others_are_there(next, value, product);
  }

  bool others_are_there(const Execution& execution, std::uint32_t value, std::size_t product) const {
    return std::all_of(execution.inputs.begin(), execution.inputs.end(),
                       [&](std::uint32_t input) { return input == value || uses_[input].writer < product + 1; });
  }

  const Network& network_;
  const DataPathConfig& data_path_;
  bool transpositions_;
  std::vector<ValueUse> uses_;
};

}  // namespace

FusedChains::FusedChains(const Network& network, const DataPathConfig& data_path, bool transpositions) {
  if (!data_path.tile_groups) return;
  const ChainFinder finder(network, data_path, transpositions && data_path.permutation_by_address);
  const std::vector<Execution>& executions = network.executions();
  for (std::size_t number = 0; number < executions.size(); ++number) {
    if (finder.is_read_by_products(executions[number])) read_by_products_.insert(&executions[number]);
    if (executions[number].operation->array_product() == nullptr) continue;
    std::vector<const Execution*> chain = finder.behind(number);
    if (chain.empty()) continue;
    const auto is_function = [](const Execution* one) { return !one->operation->transposes(); };
    const auto last_function = std::find_if(chain.rbegin(), chain.rend(), is_function);
    if (last_function != chain.rend()) {
      passing_.insert(&executions[number]);
      passing_.insert(chain.begin(), std::prev(last_function.base()));
    }
    chains_.emplace(&executions[number], std::move(chain));
  }
}

const std::vector<const Execution*>& FusedChains::behind(const Execution& execution) const {
  static const std::vector<const Execution*> none;
  const auto chain = chains_.find(&execution);
  return chain == chains_.end() ? none : chain->second;
}

}  // namespace palimpsest
