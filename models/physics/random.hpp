#pragma once

#include <Eigen/Core>
#include <array>
#include <cstdint>

namespace palimpsest {

/// What a stream of random numbers is for. Part of its counter, so streams never overlap.
enum class RandomPurpose : std::uint32_t {
  cell_traits = 1,
  write_pulses = 2,
  read_noise = 3,  ///< of cells and amplifiers
  dac_traits = 4,
  dac_noise = 5,
  adc_traits = 7,
  adc_noise = 8,
  relaxation = 9,
  retention_exponent = 10,
  faults = 11,
  conductance_error = 24,
};

/// What of Philox belongs to one stream of random numbers: the key, and the counter of its first block. Blocks count on
/// from word 0.
struct PhiloxKey {
  PhiloxKey(std::uint64_t seed, RandomPurpose purpose, std::uint64_t unit, std::uint32_t step);

  std::array<std::uint32_t, 2> key;
  std::array<std::uint32_t, 4> counter;
};

/// Random numbers from a counter: Philox 4x32-10 (Salmon et al., SC 2011, doi 10.1145/2063384.2063405) keyed by the
/// seed and counted by (purpose, unit, step, draw). The same key gives the same numbers whatever ran before, in
/// whatever order, on however many threads. `unit` has 56 bits.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, RandomPurpose purpose, std::uint64_t unit, std::uint32_t step);

  double uniform();  ///< in (0, 1), 53 bits
  double normal();   ///< mean 0, standard deviation 1 (Box-Muller)

 private:
  PhiloxKey key_;
  std::array<double, 2> uniforms_{};
  int uniforms_left_ = 0;
  double spare_normal_ = 0.0;
  bool has_spare_normal_ = false;
};

/// Matrix of standard normal numbers, drawn row by row.
Eigen::MatrixXf normal_matrix(RandomStream& stream, Eigen::Index rows, Eigen::Index columns);

}  // namespace palimpsest
