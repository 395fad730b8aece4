#pragma once

#include <cstdint>

#include "sim/graph/tensor.hpp"

namespace palimpsest {

struct Execution;

/// The arithmetic in which a network is evaluated: floating point, or a chip's.
class NetworkArithmetic {
 public:
  NetworkArithmetic() = default;
  NetworkArithmetic(const NetworkArithmetic&) = delete;
  NetworkArithmetic& operator=(const NetworkArithmetic&) = delete;
  virtual ~NetworkArithmetic() = default;

  /// Product of the execution's array weight with the vectors `x` [vectors, groups * inputs], adapters included, bias
  /// not: [vectors, outputs].
  virtual Tensor product(const Execution& execution, const Tensor& x) = 0;

  /// Products of two values, block by block: of `x` [blocks * m, k] and `y` [blocks * k, n], the execution's operation
  /// saying by its shapes what a block is: [blocks * m, n].
  virtual Tensor matmul(const Execution& execution, const Tensor& x, const Tensor& y) = 0;

  /// Whether what `execution` gives is stored at all, or goes straight on to the only one that reads it.
  virtual bool stores(const Execution& /*execution*/) const { return true; }

  /// What remains of `computed` once it has come to rest as value number `value`.
  virtual Tensor rest(std::uint32_t value, Tensor computed) = 0;
};

}  // namespace palimpsest
