#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>

#include "models/physics/quantize.hpp"
#include "tests/support/numpy_reference.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

TEST_CASE("The largest code leaves one bit for the sign") {
  CHECK(largest_code(2) == 1);
  CHECK(largest_code(3) == 3);
  CHECK(largest_code(8) == 127);
  CHECK(largest_code(16) == 32'767);
}

TEST_CASE("Codes and the count of saturated ones are numpy's") {
  for (const auto& reference : numpy_reference("quantize")) {
    std::uint64_t saturated = 0;
    const Eigen::MatrixXf codes =
        quantize_codes(matrix_of(reference.at("values")), reference.at("full_scale"), reference.at("bits"), saturated);
    INFO(reference.at("bits") << " bits:\n" << codes);
    CHECK(identical(codes, matrix_of(reference.at("codes"))));
    CHECK(saturated == reference.at("saturated").get<std::uint64_t>());
  }
}

TEST_CASE("Quantised values are numpy's") {
  for (const auto& reference : numpy_reference("quantize")) {
    const float full_scale = reference.at("full_scale");
    std::uint64_t saturated = 0;
    const Eigen::MatrixXf values =
        quantize(matrix_of(reference.at("values")), full_scale, reference.at("bits"), saturated);
    CHECK(largest_difference(values, matrix_of(reference.at("quantized"))) <= 2e-7F * full_scale);
    CHECK(saturated == reference.at("saturated").get<std::uint64_t>());
  }
}

TEST_CASE("Halves round away from zero") {
  std::uint64_t saturated = 0;
  const Eigen::MatrixXf values{{0.5F, -0.5F, 2.5F, -2.5F}};
  CHECK(identical(quantize_codes(values, 127.0F, 8, saturated), Eigen::MatrixXf{{1, -1, 3, -3}}));
}

TEST_CASE("Next to every rounding edge of 16 bits the code is that of std::round") {
  constexpr Eigen::Index edges = 32'767;
  Eigen::ArrayXXf values(edges, 6);
  for (Eigen::Index code = 0; code < edges; ++code) {
    const float edge = static_cast<float>(code) + 0.5F;
    const float below = std::nextafter(edge, 0.0F);
    const float above = std::nextafter(edge, 40'000.0F);
    values.row(code) << below, edge, above, -below, -edge, -above;
  }
  std::uint64_t saturated = 0;
  const Eigen::MatrixXf codes = quantize_codes(values, 32'767.0F, 16, saturated);
  CHECK(identical(codes, values.round().min(32'767.0F).max(-32'767.0F)));
  // No edge lies above the largest code.
  CHECK(saturated == 0);
}

TEST_CASE("A value that still rounds to the largest code is not saturated") {
  std::uint64_t saturated = 0;
  quantize_codes(Eigen::MatrixXf::Constant(1, 1, 127.49F), 127.0F, 8, saturated);
  quantize_codes(Eigen::MatrixXf::Constant(1, 1, -127.0F), 127.0F, 8, saturated);
  CHECK(saturated == 0);
  quantize_codes(Eigen::MatrixXf::Constant(1, 1, 127.51F), 127.0F, 8, saturated);
  quantize_codes(Eigen::MatrixXf::Constant(1, 1, -127.51F), 127.0F, 8, saturated);
  CHECK(saturated == 2);
}

TEST_CASE("Saturated values are added to the count") {
  std::uint64_t saturated = 40;
  quantize(Eigen::MatrixXf::Constant(2, 3, 9.0F), 1.0F, 8, saturated);
  CHECK(saturated == 46);
}

TEST_CASE("Values on the grid stay where they are") {
  for (const int bits : {2, 8, 10, 16}) {
    const std::int32_t limit = largest_code(bits);
    const Eigen::RowVectorXf codes =
        Eigen::RowVectorXf::LinSpaced(2 * limit + 1, static_cast<float>(-limit), static_cast<float>(limit));
    std::uint64_t saturated = 0;
    const Eigen::MatrixXf values = codes * (0.3F / static_cast<float>(limit));
    CHECK(identical(quantize_codes(values, 0.3F, bits, saturated), codes.array().round()));
    CHECK(saturated == 0);
  }
}

TEST_CASE("Rounding moves a value by half a step at most") {
  const Eigen::RowVectorXf values = Eigen::RowVectorXf::LinSpaced(1001, -0.7F, 0.7F);
  std::uint64_t saturated = 0;
  const float step = 0.7F / 31.0F;
  CHECK(largest_difference(quantize(values, 0.7F, 6, saturated), values) <= 0.5001F * step);
  CHECK(saturated == 0);
}

TEST_CASE("A refined grid keeps the step, and adds fractions below and range above") {
  const Eigen::MatrixXf values{{0.3F, -0.74F, 1.2F, -5.0F}};
  std::uint64_t saturated = 0;
  // 7 is the largest code of 4 bits, here for a value of 0.7: a step is 0.1.
  CHECK(largest_difference(quantize_codes(values, 0.7F, 4, saturated, {2, 0}),
                           Eigen::MatrixXf{{3.0F, -7.0F, 7.0F, -7.0F}}) < 1e-5F);
  CHECK(saturated == 3);
  CHECK(largest_difference(quantize_codes(values, 0.7F, 4, saturated, {2, 1}),
                           Eigen::MatrixXf{{3.0F, -7.5F, 12.0F, -14.0F}}) < 1e-5F);
  CHECK(saturated == 4);
  CHECK(largest_difference(quantize(values, 0.7F, 4, saturated, {20, 5}), values) < 1e-5F);
  CHECK(saturated == 4);
}

TEST_CASE("Codes and values are the same at every scale that single precision has") {
  const Eigen::MatrixXf values{{0.0F, 1.0F, -3.0F, 64.0F, 127.0F, -127.0F, 300.0F}};
  std::uint64_t expected_saturated = 0;
  const Eigen::MatrixXf expected = quantize_codes(values, 127.0F, 8, expected_saturated);
  // The smallest scale is that of the smallest number there is, the largest lets 300 times it be one.
  for (const int exponent : {-149, -140, -130, -120, 0, 100, 119}) {
    INFO("scale 2^" << exponent);
    const Eigen::MatrixXf scaled = values.unaryExpr([exponent](float value) { return std::ldexp(value, exponent); });
    std::uint64_t saturated = 0;
    CHECK(identical(quantize_codes(scaled, std::ldexp(127.0F, exponent), 8, saturated), expected));
    CHECK(saturated == expected_saturated);
    const Eigen::MatrixXf cut = scaled.cwiseMin(std::ldexp(127.0F, exponent));
    CHECK(identical(quantize(scaled, std::ldexp(127.0F, exponent), 8, saturated), cut));
  }
}
