#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "sim/network/deployed_network.hpp"

namespace palimpsest {

/// Samples that a thread evaluates at once.
inline constexpr std::size_t samples_per_inference_chunk = 16;

/// What is evaluated: samples of a set, by their indices. The references outlive the object.
struct InferredSamples {
  const Network& network;
  const SampleSet& set;
  const std::vector<std::uint32_t>& samples;
};

/// Outputs [n, outputs of a sample] of the samples from number `first` on.
using TakeScores = std::function<void(std::size_t first, const Eigen::MatrixXf& scores)>;

/// Evaluates `deployed` on the samples and gives their scores to `take`, in order and on the calling thread. Inputs and
/// scores of a few chunks are held at a time, however many samples there are; chunks have a fixed size, so that any
/// number of `threads` gives the same bytes. Noise is keyed by `evaluation` and the samples' places in `samples`.
/// `take_embeddings`, if any, is given their embeddings in the same way. What the samples drive, by their places, is
/// written to the tables of `driven`.
Activity infer(const DeployedNetwork& deployed, const InferredSamples& samples, std::uint32_t evaluation,
               unsigned threads, const TakeScores& take, const TakeScores& take_embeddings = {},
               const DrivenLineTables& driven = {});

}  // namespace palimpsest
