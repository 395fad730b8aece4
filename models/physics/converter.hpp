#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "models/physics/random.hpp"

namespace palimpsest {

/// How converters deviate from ideal ones. One LSB is the distance between neighbouring codes.
struct ConverterErrors {
  double offset_lsb = 0.0;      ///< standard deviation of a converter's offset over the converters
  double gain_error = 0.0;      ///< standard deviation of a converter's relative gain error over the converters
  double noise_lsb = 0.0;       ///< standard deviation of one conversion, input-referred
  std::vector<double> inl_lsb;  ///< integral non-linearity at evenly spread codes, the lowest to the highest; or empty
};

/// The converters of one kind in a tile, each with an offset and a gain of its own, drawn once.
class ConverterBank {
 public:
  /// `purpose` keeps the draws of DACs and ADCs apart; `largest_code` (> 0) is the code at the INL table's ends.
  ConverterBank(const ConverterErrors& errors, std::uint32_t converters, double largest_code, std::uint64_t seed,
                RandomPurpose purpose, std::uint32_t tile);

  /// Ideal codes or inputs in LSB [vectors, lines], in any layout, become what real converters make of them, without
  /// noise: x (1 + gain) + offset + INL(x). Line l uses converter l mod converters.
  void distort(Eigen::Ref<Eigen::MatrixXf, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>> lsb) const;

  /// Standard deviation of one conversion, LSB; `further_lsb` is that of noise from elsewhere that is drawn with it.
  float noise_lsb(double further_lsb = 0.0) const;

  /// Whether all are alike, but for their noise.
  bool are_ideal() const { return inl_lsb_.empty() && offsets_.empty() && gains_.empty(); }

 private:
  float inl(float lsb) const;

  float noise_lsb_;
  float largest_code_;
  std::vector<float> inl_lsb_;
  std::vector<float> offsets_;  ///< LSB, by converter; empty if all are zero
  std::vector<float> gains_;    ///< by converter; empty if all are one
};

}  // namespace palimpsest
