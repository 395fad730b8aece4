#include "models/physics/conductance_error.hpp"

namespace palimpsest {

Eigen::MatrixXf with_conductance_error(const CellConfig& cell, const Eigen::MatrixXf& conductances,
                                       double sigma_microsiemens, RandomStream& stream) {
  const Eigen::MatrixXf normals = normal_matrix(stream, conductances.rows(), conductances.cols());
  return (conductances.array() + static_cast<float>(sigma_microsiemens) * normals.array())
      .max(static_cast<float>(cell.window_low_microsiemens))
      .min(static_cast<float>(cell.window_high_microsiemens));
}

}  // namespace palimpsest
