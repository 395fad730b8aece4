#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <functional>
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

/// All samples of `set`, in order.
std::vector<std::uint32_t> all_samples(const SampleSet& set);

/// Calls `take` with the network's input [n * rows, columns] of so few of `samples` at a time that any number of them
/// takes little memory, `first` being the place of the first among them.
void for_each_input(const Network& network, const SampleSet& set, const std::vector<std::uint32_t>& samples,
                    const std::function<void(std::size_t first, const Eigen::MatrixXf& input)>& take,
                    std::size_t samples_at_once = 64);

/// A value [samples * rows, columns] as [samples, rows * columns], in C order.
Eigen::MatrixXf by_sample(const Eigen::MatrixXf& value, std::uint32_t rows);

/// Evaluates the network on `input`; gains and biases come from `parameters`. Returns the output [samples * rows,
/// columns].
Eigen::MatrixXf evaluate(const Network& network, const WeightSet& parameters, const Eigen::MatrixXf& input,
                         NetworkArithmetic& arithmetic);

}  // namespace palimpsest
