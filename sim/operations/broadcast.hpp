#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/graph/shape.hpp"
#include "sim/graph/tensor.hpp"

namespace palimpsest {

/// The shape of an elementwise result of two values as numpy broadcasts them: aligned at the last dimension, extents
/// equal or 1. None where they do not fit.
std::optional<Shape> broadcast_shape(const Shape& one, const Shape& other);

/// Where the elements that a broadcast value has for those of the result lie.
class BroadcastIndex {
 public:
  BroadcastIndex(const Shape& value, const Shape& result);

  /// Of the first element of a row of the result.
  std::size_t row_begin(std::size_t row) const { return row_begins_[row]; }
  /// From column to column: 0 or 1.
  std::size_t column_step() const { return column_step_; }

 private:
  std::vector<std::uint32_t> row_begins_;
  std::size_t column_step_;
};

/// One operand of an elementwise function: of some samples, or the same for all.
struct BroadcastOperand {
  const Tensor& values;
  const BroadcastIndex& index;
  std::size_t sample_elements = 0;  ///< 0: the same for all
};

/// `function` of both operands for every element of a result of `shape`, for `samples` samples.
template <class Function>
Tensor broadcast(const BroadcastOperand& one, const BroadcastOperand& other, const Shape& shape, std::size_t samples,
                 const Function& function) {
  const std::size_t rows = shape.rows();
  Tensor result(static_cast<Eigen::Index>(samples * rows), Eigen::Index{shape.columns()});
  float* to = result.data();
  for (std::size_t sample = 0; sample < samples; ++sample) {
    for (std::size_t row = 0; row < rows; ++row) {
      const float* left = one.values.data() + sample * one.sample_elements + one.index.row_begin(row);
      const float* right = other.values.data() + sample * other.sample_elements + other.index.row_begin(row);
      for (std::uint32_t column = 0; column < shape.columns(); ++column, ++to) {
        *to = function(*left, *right);
        left += one.index.column_step();
        right += other.index.column_step();
      }
    }
  }
  return result;
}

}  // namespace palimpsest
