#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <cstdint>

#include "tests/support/deployed_example.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

TEST_CASE("The cells' energy of a batch is the sum of its samples'") {
  const SmallTrace small;
  Deployed deployed = small.on(noisy_chip());
  deployed.scores(small.input);
  const double together = deployed.activity.crossbar_joule;
  deployed.activity = {};
  for (Eigen::Index sample = 0; sample < small.input.rows() / small.rows(); ++sample) {
    deployed.scores(small.input.middleRows(sample * small.rows(), small.rows()), 0, static_cast<std::uint32_t>(sample));
  }
  CHECK(together > 0.0);
  // Magnitudes of some vectors are summed in single precision.
  CHECK(deployed.activity.crossbar_joule == Approx(together).epsilon(1e-6));
}

TEST_CASE("The cells' energy is V^2 G t of the codes on the lines") {
  const Network network = one_layer(1);
  const WeightSet weights = {{"w", Eigen::RowVector2f(0.5F, -0.5F)}};
  const Tensor input = Eigen::RowVector2f(1.0F, -0.5F);
  Deployed deployed(exact_chip(), network, weights, {}, input);
  deployed.scores(input);
  // Cells of 80 and 10 uS with a reference of 45 uS each, 100 ns; -0.5 is stored as -16384 / 32767, DAC code -64 / 127.
  const double second = 0.2 * 64 / 127;
  CHECK(deployed.activity.crossbar_dissipation_joule ==
        Approx((0.2 * 0.2 * (80e-6 + 45e-6) + second * second * (10e-6 + 45e-6)) * 100e-9).epsilon(1e-5));
}

TEST_CASE("Codes of either sign are active, zeros are not") {
  const WeightSet weights = {{"w", Eigen::RowVector3f(0.5F, -0.5F, 0.5F)}};
  const Tensor input = Eigen::RowVector3f(1.0F, -0.5F, 0.0F);
  Deployed deployed(exact_chip(), one_layer(1, 3), weights, {}, input);
  deployed.scores(input);
  CHECK(deployed.activity.inputs.at("w").codes == 3);
  CHECK(deployed.activity.inputs.at("w").active == 2);
}

TEST_CASE("Activities add up") {
  Activity sum{{1e-9, 5e-10, 2, 3, 4}, 5, 6, 7, 8, {{"codes", {16, 9, false, false}}, {"more", {2, 1, false, false}}}};
  sum += Activity{{2e-9, 7e-10, 20, 30, 40}, 50, 60, 70, 80, {{"codes", {32, 3, true, true}}}};
  CHECK(sum.crossbar_joule == Approx(3e-9));
  CHECK(sum.crossbar_dissipation_joule == Approx(1.2e-9));
  CHECK(sum.saturated_dac == 22);
  CHECK(sum.saturated_tia == 33);
  CHECK(sum.saturated_adc == 44);
  CHECK(sum.saturated_lora == 55);
  CHECK(sum.saturated_storage == 66);
  CHECK(sum.undriven_codes == 77);
  CHECK(sum.undriven_spikes == 88);
  const ProductInputs& codes = sum.inputs.at("codes");
  CHECK(codes.codes == 48);
  CHECK(codes.active == 12);
  CHECK(codes.spikes);
  CHECK(codes.gated);
  CHECK(sum.inputs.at("more").active == 1);
  CHECK_FALSE(sum.inputs.at("more").spikes);
}
