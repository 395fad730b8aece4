#include "sim/network/embeddings.hpp"

#include "sim/error.hpp"

namespace palimpsest {

std::uint32_t last_weighted_operation(const Network& network) {
  for (auto index = static_cast<std::uint32_t>(network.operations.size()); index-- > 0;)
    if (network.operations[index].kind == OperationKind::linear) return index;
  throw UserError(ExitCode::trace, "/network/operations: expected an operation with weights, whose input is embedded");
}

Shape embedding_shape(const Network& network) {
  return network.shape(network.operations[last_weighted_operation(network)].inputs[0]);
}

EmbeddingArithmetic::EmbeddingArithmetic(const Network& network, NetworkArithmetic& arithmetic)
    : network_(network), arithmetic_(arithmetic), operation_(last_weighted_operation(network)) {}

Eigen::MatrixXf EmbeddingArithmetic::product(std::uint32_t operation, const Eigen::MatrixXf& x) {
  if (operation == operation_) input_ = x;
  return arithmetic_.product(operation, x);
}

Eigen::MatrixXf EmbeddingArithmetic::rest(std::uint32_t value, const Eigen::MatrixXf& computed) {
  return arithmetic_.rest(value, computed);
}

Eigen::MatrixXf EmbeddingArithmetic::embeddings() const { return by_sample(input_, embedding_shape(network_).rows); }

}  // namespace palimpsest
