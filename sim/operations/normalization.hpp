#pragma once

#include <string>
#include <vector>

#include "models/physics/vector_operations.hpp"
#include "sim/graph/tensor.hpp"
#include "sim/operations/operation.hpp"

namespace palimpsest {

// The reciprocal of a root: first guess by table, two steps of Newton's method.
constexpr VectorOperations reciprocal_root_operations{0, 7, 1, 0};

/// Those of some parameters that are there: of the others the name is empty.
std::vector<std::string> present(const std::vector<std::string>& parameters);

/// Puts (x - mean) / sqrt(variance + epsilon) in place of each row.
void normalize_rows(Eigen::Map<Tensor> rows, float epsilon);

/// What the vector unit does to normalise groups of elements to a mean of 0 and a variance of 1, then to apply a gain
/// and a bias where there are any.
struct NormalizationWork {
  std::uint64_t elements = 0;  ///< of a group
  std::uint64_t groups = 1;    ///< that are worked on together
  bool has_gain = false;
  bool has_bias = false;

  VectorOperations forward() const;
  VectorOperations backward() const;  ///< of x's gradient, from x and that of the result
};

/// The gradients of gain and bias, either of which may be empty, in all of `work`. `sums_rows`: every row adds to all
/// of them.
std::vector<ParameterGradient> normalization_gradients(const NormalizationWork& work, const std::string& gain,
                                                       const std::string& bias, bool sums_rows);

}  // namespace palimpsest
