#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "sim/network/evaluate.hpp"

namespace palimpsest {

/// The network in single precision with some adapters in use: what the chip is compared with, and what its ranges are
/// set from.
class FloatArithmetic : public NetworkArithmetic {
 public:
  /// The references outlive the object.
  FloatArithmetic(const Network& network, const WeightSet& weights, std::vector<const Adapter*> adapters);

  Eigen::MatrixXf product(std::uint32_t operation, const Eigen::MatrixXf& x) override;
  Eigen::MatrixXf rest(std::uint32_t value, const Eigen::MatrixXf& computed) override;

 private:
  const Network& network_;
  const WeightSet& weights_;
  std::vector<const Adapter*> adapters_;
};

/// Outputs [samples, outputs of a sample] of the float network on `input`.
Eigen::MatrixXf float_scores(const Network& network, const WeightSet& weights,
                             const std::vector<const Adapter*>& adapters, const Eigen::MatrixXf& input);

/// Embeddings [samples, elements of an embedding] of the float network on `input` (embeddings.hpp).
Eigen::MatrixXf float_embeddings(const Network& network, const WeightSet& weights,
                                 const std::vector<const Adapter*>& adapters, const Eigen::MatrixXf& input);

/// Largest magnitudes seen while the float network ran on calibration inputs.
struct Ranges {
  std::vector<float> values;                                        ///< by value number
  std::map<std::pair<const Adapter*, std::uint32_t>, float> inner;  ///< of A x, by adapter and operation
};

/// Runs the float network on the samples in `input` [samples * rows, columns], some at a time, and records ranges; a
/// range of zero becomes 1. Throws UserError (trace) if a value is not finite.
Ranges calibrate(const Network& network, const WeightSet& weights, const std::vector<const Adapter*>& adapters,
                 const Eigen::MatrixXf& input);

/// Runs it again and gives the input [n, in] of every linear operation to `take`, some samples at a time.
void for_each_linear_input(const Network& network, const WeightSet& weights,
                           const std::vector<const Adapter*>& adapters, const Eigen::MatrixXf& input,
                           const std::function<void(std::uint32_t operation, const Eigen::MatrixXf& x)>& take);

}  // namespace palimpsest
