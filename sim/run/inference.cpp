#include "sim/run/inference.hpp"

#include <algorithm>

#include "models/physics/clock.hpp"
#include "sim/parallel.hpp"

namespace palimpsest {

namespace {

// Enough that threads seldom wait for the last chunk of those held.
constexpr std::size_t held_chunks_per_thread = 16;

struct Chunk {
  Eigen::MatrixXf scores;
  Eigen::MatrixXf embeddings;
  Activity activity;
};

}  // namespace

Activity infer(const DeployedNetwork& deployed, const InferredSamples& samples, std::uint32_t evaluation,
               unsigned threads, const TakeScores& take, const TakeScores& take_embeddings,
               const DrivenLineTables& driven) {
  const std::vector<std::uint32_t>& all = samples.samples;
  const std::size_t chunks = ceil_div(all.size(), samples_per_inference_chunk);
  const std::size_t most_held = held_chunks_per_thread * std::max(threads, 1U);
  Activity activity;
  for (std::size_t first_chunk = 0; first_chunk < chunks; first_chunk += most_held) {
    std::vector<Chunk> held(std::min(most_held, chunks - first_chunk));
    parallel_for(held.size(), threads, [&](std::size_t number) {
      const auto first = static_cast<std::uint32_t>((first_chunk + number) * samples_per_inference_chunk);
      const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
      const auto size = static_cast<std::ptrdiff_t>(std::min(samples_per_inference_chunk, all.size() - first));
      held[number].scores =
          deployed.evaluate(network_input(samples.network, samples.set, {begin, begin + size}), evaluation, first,
                            held[number].activity, take_embeddings ? &held[number].embeddings : nullptr, driven);
    });
    for (std::size_t number = 0; number < held.size(); ++number) {
      activity += held[number].activity;
      const std::size_t first = (first_chunk + number) * samples_per_inference_chunk;
      take(first, held[number].scores);
      if (take_embeddings) take_embeddings(first, held[number].embeddings);
    }
  }
  return activity;
}

}  // namespace palimpsest
