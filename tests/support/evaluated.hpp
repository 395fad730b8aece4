#pragma once

#include "sim/network/float_network.hpp"
#include "tests/support/network_builder.hpp"

namespace palimpsest::test {

/// What the float network of `builder` makes of samples: the last value, sample after sample.
inline Tensor evaluated(const NetworkBuilder& builder, const Tensor& x, const WeightSet& parameters = {}) {
  const Network network = builder.network();
  const Eigen::MatrixXf outputs = float_scores(network, parameters, {}, x);
  const Tensor by_sample = outputs;
  const Shape& shape = network.output();
  return Eigen::Map<const Tensor>(by_sample.data(), outputs.rows() * shape.rows(), shape.columns());
}

}  // namespace palimpsest::test
