#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/graph/loop.hpp"
#include "sim/operations/operation.hpp"

namespace palimpsest {

/// Turns steps into executions, iteration after iteration.
class Unrolling {
 public:
  /// Of a network with this many values.
  explicit Unrolling(std::uint32_t values);

  void carry_out(const std::vector<GraphStep>& steps);

  std::vector<Execution> executions;
  std::vector<std::uint32_t> values;  ///< which of the network's each value of the executions is
  /// By value of the network: what holds it now, as executions number them.
  std::vector<std::uint32_t> current;

 private:
  void carry_out(const Operation& operation);
  void carry_out(const Loop& loop);
  /// Adds an execution; its outputs are new values that are `outputs` of the network.
  const Execution& execute(const Operation& operation, std::vector<std::uint32_t> inputs,
                           const std::vector<std::uint32_t>& outputs);

  std::map<std::string, std::uint32_t> uses_;  ///< of weights in the arrays
};

}  // namespace palimpsest
