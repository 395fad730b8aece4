#include "sim/network/embeddings.hpp"

#include "sim/error.hpp"

namespace palimpsest {

std::size_t last_weighted_execution(const Network& network) {
  for (std::size_t number = network.executions().size(); number-- > 0;)
    if (network.executions()[number].operation->array_product() != nullptr) return number;
  throw UserError(ExitCode::trace, "/network/operations: expected an operation with weights, whose input is embedded");
}

const Shape& embedding_shape(const Network& network) {
  return network.executions()[last_weighted_execution(network)].operation->input_shape();
}

}  // namespace palimpsest
