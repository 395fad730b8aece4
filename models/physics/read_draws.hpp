#pragma once

#include <Eigen/Core>
#include <cstdint>

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

/// Standard normal numbers for a pass of a read: each sample of a batch of vectors has a stream of its own, in which a
/// vector and a pass have their place. So what a vector draws depends neither on its batch nor on what is drawn before.
class ReadDraws {
 public:
  ReadDraws(const ReadKey& key, RandomPurpose purpose, std::uint32_t tile, std::uint32_t pass)
      : key_(key), purpose_(purpose), tile_(tile), pass_(pass) {}

  /// Puts `count` numbers of `vector`, counted in the batch, into `numbers`. The same count in every call.
  void draw(Eigen::Index vector, float* numbers, std::size_t count) const;

 private:
  ReadKey key_;
  RandomPurpose purpose_;
  std::uint32_t tile_;
  std::uint32_t pass_;
};

}  // namespace palimpsest
