#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "sim/trace/trace.hpp"

namespace palimpsest {

/// The arithmetic in which a network is evaluated: floating point, or a chip's. Values are matrices with one row per
/// token, the tokens of a sample together, sample after sample.
class NetworkArithmetic {
 public:
  NetworkArithmetic() = default;
  NetworkArithmetic(const NetworkArithmetic&) = delete;
  NetworkArithmetic& operator=(const NetworkArithmetic&) = delete;
  virtual ~NetworkArithmetic() = default;

  /// Product of operation `operation` with `x` [tokens, in], adapters included, bias not: [tokens, out].
  virtual Eigen::MatrixXf product(std::uint32_t operation, const Eigen::MatrixXf& x) = 0;

  /// What remains of `computed` once it has come to rest as value number `value`.
  virtual Eigen::MatrixXf rest(std::uint32_t value, const Eigen::MatrixXf& computed) = 0;
};

/// The network's input for the samples `indices` of `set`: [indices * rows, columns].
Eigen::MatrixXf network_input(const Network& network, const SampleSet& set, const std::vector<std::uint32_t>& indices);

/// The same for all samples of `set`.
Eigen::MatrixXf network_input(const Network& network, const SampleSet& set);

/// Evaluates the network on `input`; gains and biases come from `parameters`. Returns the class scores [samples,
/// classes].
Eigen::MatrixXf evaluate(const Network& network, const WeightSet& parameters, const Eigen::MatrixXf& input,
                         NetworkArithmetic& arithmetic);

}  // namespace palimpsest
