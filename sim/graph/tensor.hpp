#pragma once

#include <Eigen/Core>
#include <map>
#include <string>

namespace palimpsest {

/// One value of several samples, [samples * rows, columns] of its Shape, sample after sample: row-major, so that the
/// elements of a sample lie behind each other in C order.
using Tensor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Parameters of one weight set by name, as matrices: the last extent is the columns, all others the rows. The weight
/// of a convolution, whose first extent counts its outputs, is [outputs, the others].
using WeightSet = std::map<std::string, Eigen::MatrixXf>;

}  // namespace palimpsest
