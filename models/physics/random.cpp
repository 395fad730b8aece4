#include "models/physics/random.hpp"

#include <Random123/philox.h>

#include <cmath>

namespace palimpsest {

PhiloxKey::PhiloxKey(std::uint64_t seed, RandomPurpose purpose, std::uint64_t unit, std::uint32_t step)
    : key{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)},
      counter{0, step, static_cast<std::uint32_t>(unit),
              (static_cast<std::uint32_t>(unit >> 32U) << 8U) | static_cast<std::uint32_t>(purpose)} {}

RandomStream::RandomStream(std::uint64_t seed, RandomPurpose purpose, std::uint64_t unit, std::uint32_t step)
    : key_(seed, purpose, unit, step) {}

double RandomStream::uniform() {
  if (uniforms_left_ == 0) {
    std::array<std::uint32_t, 4>& counter = key_.counter;
    const auto words =
        r123::Philox4x32()({{counter[0], counter[1], counter[2], counter[3]}}, {{key_.key[0], key_.key[1]}});
    ++counter[0];
    for (std::size_t pair = 0; pair < 2; ++pair) {
      const std::uint64_t bits = (std::uint64_t{words[2 * pair]} << 32U) | words[2 * pair + 1];
      uniforms_[pair] = (static_cast<double>(bits >> 11U) + 0.5) * 0x1p-53;
    }
    uniforms_left_ = 2;
  }
  return uniforms_[static_cast<std::size_t>(--uniforms_left_)];
}

double RandomStream::normal() {
  if (has_spare_normal_) {
    has_spare_normal_ = false;
    return spare_normal_;
  }
  const double radius = std::sqrt(-2.0 * std::log(uniform()));
  const double angle = 2.0 * M_PI * uniform();
  spare_normal_ = radius * std::sin(angle);
  has_spare_normal_ = true;
  return radius * std::cos(angle);
}

Eigen::MatrixXf normal_matrix(RandomStream& stream, Eigen::Index rows, Eigen::Index columns) {
  Eigen::MatrixXf numbers(rows, columns);
  for (Eigen::Index row = 0; row < rows; ++row) {
    for (Eigen::Index column = 0; column < columns; ++column) {
      numbers(row, column) = static_cast<float>(stream.normal());
    }
  }
  return numbers;
}

}  // namespace palimpsest
