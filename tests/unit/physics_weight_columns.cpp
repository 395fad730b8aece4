#include <Eigen/Core>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "models/physics/weight_columns.hpp"
#include "tests/support/numpy_reference.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

MappingConfig mapping(WeightEncoding weights, std::uint32_t slices, int bits_per_slice = 4) {
  MappingConfig config;
  config.weights = weights;
  config.slices = slices;
  config.bits_per_slice = bits_per_slice;
  return config;
}

WeightColumns columns_of_chip(const MappingConfig& config, double largest) {
  return {CellConfig{}, 45.0, config, largest};  // window 10..80 uS
}

Eigen::MatrixXf some_weights() {
  Eigen::MatrixXf weights(5, 3);
  for (Eigen::Index i = 0; i < weights.size(); ++i) weights(i) = 0.7F * std::sin(1.3F * static_cast<float>(i) + 0.4F);
  weights(2) = 0.7F;
  weights(7) = -0.7F;
  weights(11) = 0.0F;
  return weights;
}

/// What a read of the cells at exactly their targets gives.
Eigen::MatrixXf read_back(const WeightColumns& columns, const Eigen::MatrixXf& weights) {
  const Eigen::MatrixXf cells = columns.targets(weights);
  const std::vector<SenseLine> lines = columns.lines(static_cast<std::uint32_t>(weights.cols()));
  Eigen::MatrixXf differences(cells.rows(), static_cast<Eigen::Index>(lines.size()));
  Eigen::Index line = 0;
  for (const SenseLine& sensed : lines) differences.col(line++) = cells.col(sensed.plus) - cells.col(sensed.minus);
  return columns.combine(differences);
}

}  // namespace

TEST_CASE("Weights are clipped beyond what their columns hold, rounding aside") {
  for (const WeightEncoding encoding : {WeightEncoding::offset, WeightEncoding::differential}) {
    for (const std::uint32_t slices : {1U, 2U}) {
      const WeightColumns columns = columns_of_chip(mapping(encoding, slices, 2), 0.7);
      CHECK_FALSE(columns.clips(0.7F));
      CHECK_FALSE(columns.clips(-0.7F));
      CHECK(columns.clips(0.7001F));
      CHECK(columns.clips(-0.7001F));
    }
  }
  // With the zero weight at 30 uS of 10..80 uS a weight of -0.7 reaches the low edge, and 1.75 the high one.
  const WeightColumns off_centre(CellConfig{}, 30.0, mapping(WeightEncoding::offset, 1, 2), 0.7);
  CHECK_FALSE(off_centre.clips(1.7499F));
  CHECK(off_centre.clips(1.7501F));
  CHECK(off_centre.clips(-0.7001F));
  const WeightColumns high_zero(CellConfig{}, 60.0, mapping(WeightEncoding::offset, 1, 2), 0.7);
  CHECK_FALSE(high_zero.clips(-1.7499F));
  CHECK(high_zero.clips(-1.7501F));
  CHECK(high_zero.clips(0.7001F));
}

TEST_CASE("One device with an offset: 45 uS + 35 uS w / max, and a reference column at 45 uS") {
  const WeightColumns columns = columns_of_chip(mapping(WeightEncoding::offset, 1), 0.7);
  CHECK(largest_difference(columns.targets(Eigen::MatrixXf{{0.7F, -0.35F}}), Eigen::MatrixXf{{80.0F, 27.5F, 45.0F}}) <
        1e-5F);
  CHECK(columns.weight_per_microsiemens(0) == Approx(0.7 / 35.0));
}

TEST_CASE("A pair of devices: 10 uS + 70 uS |w| / max in the one of the weight's sign, 10 uS in the other") {
  const WeightColumns columns = columns_of_chip(mapping(WeightEncoding::differential, 1), 0.7);
  CHECK(largest_difference(columns.targets(Eigen::MatrixXf{{0.7F, -0.35F, 0.0F}}),
                           Eigen::MatrixXf{{80.0F, 10.0F, 10.0F, 45.0F, 10.0F, 10.0F}}) < 1e-5F);
  CHECK(columns.weight_per_microsiemens(0) == Approx(0.7 / 70.0));
}

TEST_CASE("Slices of an offset weight are digits of its code plus half the range") {
  // Two slices of two bits: codes -7..7 plus 8; 7 -> 15 = 3,3; -7 -> 1 = 0,1; 0 -> 8 = 2,0. Least significant first.
  const WeightColumns columns = columns_of_chip(mapping(WeightEncoding::offset, 2, 2), 0.7);
  const float step = 70.0F / 3.0F;
  const auto at = [step](float digit) { return 10.0F + digit * step; };
  CHECK(largest_difference(columns.targets(Eigen::MatrixXf{{0.7F, -0.7F, 0.0F}}),
                           Eigen::MatrixXf{{at(3), at(1), at(0), at(3), at(0), at(2), at(0), at(2)}}) < 1e-5F);
  CHECK(columns.weight_per_microsiemens(1) == Approx(4.0 * columns.weight_per_microsiemens(0)));
}

TEST_CASE("Slices of a pair are digits of the magnitude") {
  // Two slices of two bits: magnitudes 0..15; 11 = 2,3.
  const WeightColumns columns = columns_of_chip(mapping(WeightEncoding::differential, 2, 2), 1.5);
  const float step = 70.0F / 3.0F;
  CHECK(largest_difference(columns.targets(Eigen::MatrixXf{{-1.1F}}),
                           Eigen::MatrixXf{{10.0F, 10.0F + 3 * step, 10.0F, 10.0F + 2 * step}}) < 1e-4F);
}

TEST_CASE("Every mapping reads back the weights it wrote, to the precision of its code") {
  const Eigen::MatrixXf weights = some_weights();
  struct Case {
    MappingConfig config;
    double error;  // half a code
  };
  for (const Case& one :
       {Case{mapping(WeightEncoding::offset, 1), 1e-6}, Case{mapping(WeightEncoding::differential, 1), 1e-6},
        Case{mapping(WeightEncoding::offset, 2, 4), 0.5 * 0.7 / 127},
        Case{mapping(WeightEncoding::offset, 4, 2), 0.5 * 0.7 / 127},
        Case{mapping(WeightEncoding::offset, 8, 1), 0.5 * 0.7 / 127},
        Case{mapping(WeightEncoding::differential, 2, 4), 0.5 * 0.7 / 255},
        Case{mapping(WeightEncoding::differential, 3, 5), 0.5 * 0.7 / 32767}}) {
    const WeightColumns columns = columns_of_chip(one.config, 0.7);
    INFO(one.config.slices << " slices of " << one.config.bits_per_slice << " bits");
    CHECK(columns.targets(weights).cols() == columns_of(one.config, 3));
    CHECK(largest_difference(read_back(columns, weights), weights) < 1.001 * one.error + 1e-6);
    CHECK(largest_difference(columns.weights(columns.targets(weights)), weights) < 1.001 * one.error + 1e-6);
    CHECK(columns.targets(weights).minCoeff() >= 10.0F);
    CHECK(columns.targets(weights).maxCoeff() <= 80.0F);
  }
}

TEST_CASE("A row of zero weights reads as zero against every mapping's references") {
  for (const MappingConfig& config : {mapping(WeightEncoding::offset, 1), mapping(WeightEncoding::offset, 3, 3),
                                      mapping(WeightEncoding::differential, 2, 4)}) {
    const WeightColumns columns = columns_of_chip(config, 0.7);
    const Eigen::RowVectorXf zeros = columns.zero_targets(4);
    CHECK(zeros.cols() == columns_of(config, 4));
    for (const SenseLine& line : columns.lines(4)) CHECK(zeros(line.plus) == zeros(line.minus));
  }
}

TEST_CASE("Targets and weights read back are those of the same weights at any other scale") {
  const Eigen::MatrixXf weights{{1.0F, -3.0F, 64.0F}, {0.0F, 127.0F, -127.0F}};
  for (const std::uint32_t slices : {1U, 2U}) {
    const MappingConfig config = mapping(WeightEncoding::offset, slices);
    const WeightColumns columns = columns_of_chip(config, 127.0);
    // The smallest scale is that of the smallest number there is; read back, weights there are whole multiples of it.
    for (const int exponent : {-149, -140, -126, 100, 120}) {
      INFO(slices << " slices, scale 2^" << exponent);
      const Eigen::MatrixXf scaled = weights.unaryExpr([exponent](float value) { return std::ldexp(value, exponent); });
      const WeightColumns same = columns_of_chip(config, std::ldexp(127.0, exponent));
      CHECK(largest_difference(same.targets(scaled), columns.targets(weights)) < 1e-4F);
      const float step = std::ldexp(1.0F, std::max(exponent, -149 + 20) - 20);
      CHECK(largest_difference(read_back(same, scaled), read_back(columns, weights) * std::ldexp(1.0F, exponent)) <=
            std::max(step * 64.0F, std::ldexp(1.0F, -149)));
    }
  }
}
