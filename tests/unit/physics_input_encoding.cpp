#include <Eigen/Core>
#include <catch2/catch.hpp>

#include "models/physics/input_encoding.hpp"
#include "models/physics/quantize.hpp"
#include "tests/support/numpy_reference.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

/// All codes there are.
Eigen::MatrixXf every_code(int bits) {
  const auto largest = static_cast<float>(largest_code(bits));
  return Eigen::RowVectorXf::LinSpaced(2 * largest_code(bits) + 1, -largest, largest);
}

}  // namespace

TEST_CASE("The weighted passes of every encoding sum to the code") {
  for (const InputEncoding encoding : {InputEncoding::bipolar, InputEncoding::two_pass, InputEncoding::bit_serial}) {
    for (const int bits : {2, 5, 8}) {
      const Eigen::MatrixXf codes = every_code(bits);
      Eigen::MatrixXf sum = Eigen::MatrixXf::Zero(codes.rows(), codes.cols());
      for (std::uint32_t pass = 0; pass < input_passes(encoding, bits); ++pass) {
        sum += static_cast<float>(pass_weight(encoding, bits, pass)) * line_codes(encoding, bits, codes, pass);
      }
      CHECK(largest_difference(sum, codes) < 1e-4F);
    }
  }
}

TEST_CASE("The weighted passes of every encoding sum to a refined code, in the unit of the code") {
  const GridRefinement refinement{3, 1};
  const Eigen::MatrixXf codes{{-62.0F, -17.625F, -0.125F, 0.0F, 1.0F, 30.5F, 61.875F}};
  for (const InputEncoding encoding : {InputEncoding::bipolar, InputEncoding::two_pass, InputEncoding::bit_serial}) {
    Eigen::MatrixXf sum = Eigen::MatrixXf::Zero(codes.rows(), codes.cols());
    for (std::uint32_t pass = 0; pass < input_passes(encoding, 6, refinement); ++pass) {
      sum += static_cast<float>(pass_weight(encoding, 6, pass, refinement)) *
             line_codes(encoding, 6, codes, pass, refinement);
    }
    CHECK(largest_difference(sum, codes) < 1e-4F);
  }
  CHECK(input_passes(InputEncoding::bit_serial, 6, refinement) == 10);
}

TEST_CASE("Unipolar encodings put no negative voltage on a line") {
  for (const InputEncoding encoding : {InputEncoding::two_pass, InputEncoding::bit_serial}) {
    for (std::uint32_t pass = 0; pass < input_passes(encoding, 6); ++pass) {
      CHECK(line_codes(encoding, 6, every_code(6), pass).minCoeff() == 0.0F);
    }
  }
}

TEST_CASE("A bit-serial line is at zero or at full scale") {
  for (std::uint32_t pass = 0; pass < 6; ++pass) {
    const Eigen::MatrixXf lines = line_codes(InputEncoding::bit_serial, 6, every_code(6), pass);
    CHECK(((lines.array() == 0.0F) || (lines.array() == 31.0F)).all());
  }
}

TEST_CASE("Passes and bits per pass: all at once, magnitudes twice, one bit at a time") {
  CHECK(input_passes(InputEncoding::bipolar, 8) == 1);
  CHECK(input_passes(InputEncoding::two_pass, 8) == 2);
  CHECK(input_passes(InputEncoding::bit_serial, 8) == 8);
  CHECK(bits_per_pass(InputEncoding::bipolar, 8) == 8);
  CHECK(bits_per_pass(InputEncoding::two_pass, 8) == 7);
  CHECK(bits_per_pass(InputEncoding::bit_serial, 8) == 1);
}

TEST_CASE("The mean square of the passes is that of codes spread over the range") {
  constexpr int bits = 12;
  const Eigen::MatrixXf codes = every_code(bits);
  for (const InputEncoding encoding : {InputEncoding::bipolar, InputEncoding::two_pass, InputEncoding::bit_serial}) {
    double square = 0.0;
    for (std::uint32_t pass = 0; pass < input_passes(encoding, bits); ++pass) {
      square += (line_codes(encoding, bits, codes, pass).cast<double>() / largest_code(bits)).squaredNorm();
    }
    CHECK(square / static_cast<double>(codes.size()) == Approx(mean_square_of_passes(encoding, bits)).epsilon(1e-3));
  }
}
