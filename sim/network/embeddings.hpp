#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "sim/network/evaluate.hpp"

namespace palimpsest {

/// The last operation whose weights lie in the arrays. What it reads is the network's last hidden layer: a sample's
/// embedding.
std::uint32_t last_weighted_operation(const Network& network);

/// Shape of a sample's embedding.
Shape embedding_shape(const Network& network);

/// An arithmetic that also keeps what the last weighted operation read; of an operation that is evaluated several times
/// the last time.
class EmbeddingArithmetic : public NetworkArithmetic {
 public:
  /// The references outlive the object.
  EmbeddingArithmetic(const Network& network, NetworkArithmetic& arithmetic);

  Eigen::MatrixXf product(std::uint32_t operation, const Eigen::MatrixXf& x) override;
  Eigen::MatrixXf rest(std::uint32_t value, const Eigen::MatrixXf& computed) override;

  /// [samples, elements of an embedding], of the evaluation before.
  Eigen::MatrixXf embeddings() const;

 private:
  const Network& network_;
  NetworkArithmetic& arithmetic_;
  std::uint32_t operation_;
  Eigen::MatrixXf input_;
};

}  // namespace palimpsest
