#include "models/physics/vector_functions.hpp"

#include <cmath>

namespace palimpsest {

Eigen::MatrixXf rms_norm(const Eigen::MatrixXf& x, const Eigen::MatrixXf& gain, float epsilon) {
  const Eigen::VectorXf inverse = (x.array().square().rowwise().mean() + epsilon).sqrt().inverse();
  return (x.array().colwise() * inverse.array()).rowwise() * gain.row(0).array();
}

Eigen::MatrixXf gelu(const Eigen::MatrixXf& x) {
  return x.unaryExpr([](float value) { return 0.5F * value * (1.0F + std::erf(value * 0.70710678F)); });
}

Eigen::MatrixXf relu(const Eigen::MatrixXf& x) { return x.cwiseMax(0.0F); }

Eigen::MatrixXf transpose_samples(const Eigen::MatrixXf& x, Eigen::Index rows) {
  const Eigen::Index samples = x.rows() / rows;
  Eigen::MatrixXf result(samples * x.cols(), rows);
  for (Eigen::Index sample = 0; sample < samples; ++sample) {
    result.middleRows(sample * x.cols(), x.cols()) = x.middleRows(sample * rows, rows).transpose();
  }
  return result;
}

Eigen::MatrixXf mean_over_rows(const Eigen::MatrixXf& x, Eigen::Index rows) {
  const Eigen::Index samples = x.rows() / rows;
  Eigen::MatrixXf result(samples, x.cols());
  for (Eigen::Index sample = 0; sample < samples; ++sample) {
    result.row(sample) = x.middleRows(sample * rows, rows).colwise().mean();
  }
  return result;
}

}  // namespace palimpsest
