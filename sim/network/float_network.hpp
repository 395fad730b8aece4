#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/network/evaluate.hpp"

namespace palimpsest {

/// The network in single precision with some adapters in use: what the chip is compared with, and what its ranges are
/// set from.
class FloatArithmetic : public NetworkArithmetic {
 public:
  /// The references outlive the object.
  FloatArithmetic(const WeightSet& weights, std::vector<const Adapter*> adapters);

  Tensor product(const Execution& execution, const Tensor& x) override;
  Tensor matmul(const Execution& execution, const Tensor& x, const Tensor& y) override;
  Tensor rest(std::uint32_t value, Tensor computed) override;

 private:
  const WeightSet& weights_;
  std::vector<const Adapter*> adapters_;
};

/// Outputs [samples, elements of an output] of the float network on `input`.
Eigen::MatrixXf float_scores(const Network& network, const WeightSet& weights,
                             const std::vector<const Adapter*>& adapters, const Tensor& input);

/// Embeddings [samples, elements of an embedding] of the float network on `input` (embeddings.hpp).
Eigen::MatrixXf float_embeddings(const Network& network, const WeightSet& weights,
                                 const std::vector<const Adapter*>& adapters, const Tensor& input);

/// Largest magnitudes seen while the float network ran on calibration inputs.
struct Ranges {
  std::vector<float> values;                                      ///< by value number
  std::map<std::pair<const Adapter*, std::string>, float> inner;  ///< of A x, by adapter and layer
};

/// Runs the float network on the samples in `input`, some at a time, and records ranges; a range of zero becomes 1.
/// Throws UserError (trace) if a value is not finite.
Ranges calibrate(const Network& network, const WeightSet& weights, const std::vector<const Adapter*>& adapters,
                 const Tensor& input);

/// Runs it again and gives the vectors [n, groups * inputs] of every product with an array weight to `take`, some
/// samples at a time.
void for_each_array_input(const Network& network, const WeightSet& weights, const std::vector<const Adapter*>& adapters,
                          const Tensor& input,
                          const std::function<void(const Execution& execution, const Tensor& x)>& take);

}  // namespace palimpsest
