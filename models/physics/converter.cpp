#include "models/physics/converter.hpp"

#include <algorithm>
#include <cmath>

namespace palimpsest {

ConverterBank::ConverterBank(const ConverterErrors& errors, std::uint32_t converters, double largest_code,
                             std::uint64_t seed, RandomPurpose purpose, std::uint32_t tile)
    : noise_lsb_(static_cast<float>(errors.noise_lsb)),
      largest_code_(static_cast<float>(largest_code)),
      inl_lsb_(errors.inl_lsb.begin(), errors.inl_lsb.end()) {
  for (std::uint32_t converter = 0; converter < converters; ++converter) {
    RandomStream stream(seed, purpose, tile, converter);
    const double offset = errors.offset_lsb * stream.normal();
    const double gain = 1.0 + errors.gain_error * stream.normal();
    if (errors.offset_lsb > 0.0) offsets_.push_back(static_cast<float>(offset));
    if (errors.gain_error > 0.0) gains_.push_back(static_cast<float>(gain));
  }
}

float ConverterBank::inl(float lsb) const {
  const auto last = static_cast<float>(inl_lsb_.size() - 1);
  const float position = std::clamp((lsb / largest_code_ + 1.0F) / 2.0F, 0.0F, 1.0F) * last;
  const auto below = std::min(static_cast<std::size_t>(position), inl_lsb_.size() - 2);
  const float share = position - static_cast<float>(below);
  return inl_lsb_[below] + share * (inl_lsb_[below + 1] - inl_lsb_[below]);
}

void ConverterBank::distort(Eigen::Ref<Eigen::MatrixXf, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>> lsb) const {
  if (are_ideal()) return;
  for (Eigen::Index line = 0; line < lsb.cols(); ++line) {
    const auto number = static_cast<std::size_t>(line);
    const float gain = gains_.empty() ? 1.0F : gains_[number % gains_.size()];
    const float offset = offsets_.empty() ? 0.0F : offsets_[number % offsets_.size()];
    for (Eigen::Index vector = 0; vector < lsb.rows(); ++vector) {
      float& value = lsb(vector, line);
      value = value * gain + offset + (inl_lsb_.empty() ? 0.0F : inl(value));
    }
  }
}

float ConverterBank::noise_lsb(double further_lsb) const {
  return static_cast<float>(std::sqrt(double{noise_lsb_} * noise_lsb_ + further_lsb * further_lsb));
}

}  // namespace palimpsest
