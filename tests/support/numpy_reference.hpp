#pragma once

#include <Eigen/Core>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

namespace palimpsest::test {

/// One part of numpy_reference.json, which numpy_reference.py writes.
inline nlohmann::json numpy_reference(const std::string& part) {
  std::ifstream file(std::string(PALIMPSEST_SOURCE_DIR) + "/tests/support/numpy_reference.json");
  return nlohmann::json::parse(file).at(part);
}

/// A list of rows as a matrix.
inline Eigen::MatrixXf matrix_of(const nlohmann::json& rows) {
  Eigen::MatrixXf matrix(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(rows.at(0).size()));
  for (Eigen::Index row = 0; row < matrix.rows(); ++row) {
    for (Eigen::Index column = 0; column < matrix.cols(); ++column) {
      matrix(row, column) = rows.at(static_cast<std::size_t>(row)).at(static_cast<std::size_t>(column)).get<float>();
    }
  }
  return matrix;
}

/// Largest magnitude of a - b; infinite for different shapes.
inline float largest_difference(const Eigen::MatrixXf& a, const Eigen::MatrixXf& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return std::numeric_limits<float>::infinity();
  return (a - b).cwiseAbs().maxCoeff();
}

/// Same shape and the same values: codes are compared with this.
inline bool identical(const Eigen::MatrixXf& a, const Eigen::MatrixXf& b) { return largest_difference(a, b) == 0.0F; }

}  // namespace palimpsest::test
