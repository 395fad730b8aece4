#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "models/physics/converter.hpp"
#include "tests/support/distribution.hpp"
#include "tests/support/numpy_reference.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

ConverterBank bank(const ConverterErrors& errors, std::uint32_t converters, std::uint64_t seed = 1) {
  return {errors, converters, 127.0, seed, RandomPurpose::adc_traits, 0};
}

/// What a bank makes of `lsb` on every one of `lines` lines.
Eigen::MatrixXf distorted(const ConverterBank& converters, float lsb, Eigen::Index lines) {
  Eigen::MatrixXf values = Eigen::MatrixXf::Constant(1, lines, lsb);
  converters.distort(values);
  return values;
}

std::vector<double> standardised(const Eigen::MatrixXf& values, double mean, double deviation) {
  std::vector<double> list;
  for (const float value : values.reshaped()) list.push_back((double{value} - mean) / deviation);
  return list;
}

}  // namespace

TEST_CASE("Converters without errors change nothing") {
  Eigen::MatrixXf values{{-127.0F, 3.25F, 200.0F}};
  const Eigen::MatrixXf before = values;
  bank({}, 3).distort(values);
  CHECK(identical(values, before));
}

TEST_CASE("Offsets are normal over the converters, with the given deviation") {
  ConverterErrors errors;
  errors.offset_lsb = 0.8;
  constexpr std::uint32_t converters = 4000;
  const Eigen::MatrixXf values = distorted(bank(errors, converters), 10.0F, converters);
  CHECK(kolmogorov_smirnov_distance(standardised(values, 10.0, 0.8), normal_distribution) <
        critical_distance(converters));
}

TEST_CASE("Gains are normal about one over the converters") {
  ConverterErrors errors;
  errors.gain_error = 0.02;
  constexpr std::uint32_t converters = 4000;
  const Eigen::MatrixXf values = distorted(bank(errors, converters), 100.0F, converters);
  CHECK(kolmogorov_smirnov_distance(standardised(values, 100.0, 2.0), normal_distribution) <
        critical_distance(converters));
}

TEST_CASE("A converter has the same error for all its lines and in every use") {
  ConverterErrors errors;
  errors.offset_lsb = 1.0;
  errors.gain_error = 0.1;
  const Eigen::MatrixXf once = distorted(bank(errors, 3), 50.0F, 8);
  CHECK(identical(once, distorted(bank(errors, 3), 50.0F, 8)));
  CHECK(identical(once.leftCols(3), once.middleCols(3, 3)));
  CHECK(once(0, 0) != once(0, 1));
  CHECK_FALSE(identical(once, distorted(bank(errors, 3, 2), 50.0F, 8)));
}

TEST_CASE("The INL table is added, linear between its points and constant beyond its ends") {
  ConverterErrors errors;
  errors.inl_lsb = {-1.0, 0.0, 2.0};  // at codes -127, 0, 127
  Eigen::MatrixXf values{{-127.0F, -63.5F, 0.0F, 63.5F, 127.0F, 254.0F}};
  bank(errors, 2).distort(values);
  CHECK(largest_difference(values, Eigen::MatrixXf{{-128.0F, -64.0F, 0.0F, 64.5F, 129.0F, 256.0F}}) < 1e-4F);
}

TEST_CASE("Noise from elsewhere is drawn with a converter's own") {
  ConverterErrors errors;
  errors.noise_lsb = 0.3;
  CHECK(bank(errors, 2).noise_lsb() == 0.3F);
  CHECK(bank(errors, 2).noise_lsb(0.4) == Approx(0.5F));
  CHECK(bank({}, 2).noise_lsb() == 0.0F);
}
