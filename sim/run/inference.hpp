#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "sim/network/deployed_network.hpp"

namespace palimpsest {

struct Inference {
  Eigen::MatrixXf scores;  ///< [samples, classes]
  Activity activity;
};

/// Evaluates `network` on `input` [samples x rows_per_sample, columns] in chunks of fixed size, so that any number of
/// `threads` gives the same bytes. Noise is keyed by `evaluation` and the samples' places in `input`.
Inference infer(const DeployedNetwork& network, const Eigen::MatrixXf& input, std::uint32_t rows_per_sample,
                std::uint32_t evaluation, unsigned threads);

}  // namespace palimpsest
