#pragma once

#include <Eigen/Core>

namespace palimpsest {

// The functions of the vector unit, in single precision; its results are rounded where they come to rest, in the SRAM
// buffer. All matrices hold one vector per row.

/// x / sqrt(mean(x^2) + epsilon) * gain, the mean over each row; `gain` [1, columns].
Eigen::MatrixXf rms_norm(const Eigen::MatrixXf& x, const Eigen::MatrixXf& gain, float epsilon);

/// x * Phi(x), Phi the distribution function of the normal distribution (exact form, Hendrycks & Gimpel 2016).
Eigen::MatrixXf gelu(const Eigen::MatrixXf& x);

/// max(x, 0)
Eigen::MatrixXf relu(const Eigen::MatrixXf& x);

/// `x` holds samples of `rows` rows each, one behind the other; each sample is transposed: [samples * columns, rows].
Eigen::MatrixXf transpose_samples(const Eigen::MatrixXf& x, Eigen::Index rows);

/// The same layout; mean over the rows of each sample: [samples, columns].
Eigen::MatrixXf mean_over_rows(const Eigen::MatrixXf& x, Eigen::Index rows);

}  // namespace palimpsest
