#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "models/physics/random.hpp"

namespace palimpsest {

/// Which read of which tile a draw belongs to.
struct ReadKey {
  std::uint64_t seed = 0;
  std::uint32_t evaluation = 0;      ///< less than 2^12
  std::uint32_t use = 0;             ///< of the tile in the evaluation of a sample, less than 2^12
  std::uint32_t first_sample = 0;    ///< number of the first vector's sample
  Eigen::Index rows_per_sample = 1;  ///< vectors of one sample, one behind the other
};

/// One random stream per sample of a batch of vectors, so that what a sample draws does not depend on the batch it is
/// in.
class SampleStreams {
 public:
  SampleStreams(const ReadKey& key, RandomPurpose purpose, std::uint32_t tile, Eigen::Index vectors)
      : rows_per_sample_(key.rows_per_sample) {
    const auto samples = static_cast<std::uint32_t>(vectors / rows_per_sample_);
    streams_.reserve(samples);
    for (std::uint32_t sample = 0; sample < samples; ++sample) {
      const std::uint64_t read = (std::uint64_t{key.use} << 12U) | key.evaluation;
      streams_.emplace_back(key.seed, purpose, (read << 32U) | tile, key.first_sample + sample);
    }
  }

  /// Calls `add(first_row, rows, stream)` for every sample.
  template <class Add>
  void for_each(const Add& add) {
    Eigen::Index row = 0;
    for (RandomStream& stream : streams_) {
      add(row, rows_per_sample_, stream);
      row += rows_per_sample_;
    }
  }

 private:
  Eigen::Index rows_per_sample_;
  std::vector<RandomStream> streams_;
};

}  // namespace palimpsest
