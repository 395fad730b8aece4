#include "sim/run/inference.hpp"

#include <algorithm>
#include <vector>

#include "models/physics/clock.hpp"
#include "sim/run/parallel.hpp"

namespace palimpsest {

namespace {

constexpr std::size_t samples_per_chunk = 16;

}  // namespace

Inference infer(const DeployedNetwork& network, const Eigen::MatrixXf& input, std::uint32_t rows_per_sample,
                std::uint32_t evaluation, unsigned threads) {
  const std::size_t rows = rows_per_sample;
  const std::size_t count = static_cast<std::size_t>(input.rows()) / rows;
  std::vector<Inference> parts(ceil_div(count, samples_per_chunk));
  parallel_for(parts.size(), threads, [&](std::size_t chunk) {
    const std::size_t first = chunk * samples_per_chunk;
    const std::size_t size = std::min(samples_per_chunk, count - first);
    const Eigen::MatrixXf part =
        input.middleRows(static_cast<Eigen::Index>(first * rows), static_cast<Eigen::Index>(size * rows));
    parts[chunk].scores = network.evaluate(part, evaluation, static_cast<std::uint32_t>(first), parts[chunk].activity);
  });
  Inference result;
  if (parts.empty()) return result;
  result.scores.resize(static_cast<Eigen::Index>(count), parts.front().scores.cols());
  Eigen::Index row = 0;
  for (const Inference& part : parts) {
    result.scores.middleRows(row, part.scores.rows()) = part.scores;
    row += part.scores.rows();
    result.activity += part.activity;
  }
  return result;
}

}  // namespace palimpsest
