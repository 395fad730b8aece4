#include "models/physics/read_draws.hpp"

#include "models/physics/simd/draws.hpp"

namespace palimpsest {

void ReadDraws::draw(Eigen::Index vector, float* numbers, std::size_t count) const {
  const std::uint64_t read = (std::uint64_t{key_.use} << 12U) | key_.evaluation;
  const auto sample = static_cast<std::uint32_t>(vector / key_.rows_per_sample);
  const auto row = static_cast<std::uint32_t>(vector % key_.rows_per_sample);
  const std::uint32_t place = pass_ * static_cast<std::uint32_t>(key_.rows_per_sample) + row;
  const auto groups = static_cast<std::uint32_t>((count + draws_per_group - 1) / draws_per_group);
  draw_gaussians(PhiloxKey(key_.seed, purpose_, (read << 32U) | tile_, key_.first_sample + sample), place * groups,
                 numbers, count);
}

}  // namespace palimpsest
