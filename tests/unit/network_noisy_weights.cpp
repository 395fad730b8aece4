#include <Eigen/Core>
#include <catch2/catch.hpp>

#include "sim/network/noisy_weights.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/numpy_reference.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

/// Two linear layers, the first with a bias, and a norm between them.
Network network() {
  NetworkBuilder builder({2, 30});
  builder.linear(builder.norm(builder.linear(0, 40, "first", "bias"), "gain"), 40, "second");
  return builder.network();
}

WeightSet weights() {
  WeightSet made;
  made["first"] = Eigen::RowVectorXf::LinSpaced(40 * 30, -0.5F, 0.4F).reshaped(40, 30);
  made["second"] = Eigen::RowVectorXf::LinSpaced(40 * 40, -4.0F, 8.0F).reshaped(40, 40);
  made["bias"] = Eigen::MatrixXf::Constant(1, 40, 0.1F);
  made["gain"] = Eigen::MatrixXf::Constant(1, 40, 1.5F);
  return made;
}

NoisyDevices devices(double sigma, double zero = 50.0) {
  NoisyDevices made;
  made.cell.window_low_microsiemens = 20.0;
  made.cell.window_high_microsiemens = 80.0;
  made.zero_weight_microsiemens = zero;
  made.sigma_microsiemens = sigma;
  return made;
}

Eigen::MatrixXf error_of(const char* name, const NoisyDevices& noisy, const ProgrammingKey& key) {
  return noisy_weights(network(), weights(), noisy, key).at(name) - weights().at(name);
}

double deviation(const Eigen::MatrixXf& errors) {
  return std::sqrt(errors.cast<double>().squaredNorm() / static_cast<double>(errors.size()));
}

}  // namespace

TEST_CASE("Devices without an error hold the weights") {
  const WeightSet noisy = noisy_weights(network(), weights(), devices(0.0), {1, 0, 0});
  CHECK(noisy.size() == weights().size());
  for (const auto& [name, weight] : weights()) CHECK(largest_difference(noisy.at(name), weight) < 3e-6F);
}

TEST_CASE("A weight's error is the device's by the scale of its own layer") {
  // 30 uS from zero to the edge stand for 0.5 in the first layer and for 8 in the second. Few weights are near an edge.
  const double per_root_n = 1.0 / std::sqrt(2.0 * 1200.0);
  CHECK(deviation(error_of("first", devices(0.3), {1, 0, 0})) == Approx(0.3 * 0.5 / 30.0).epsilon(4.0 * per_root_n));
  CHECK(deviation(error_of("second", devices(0.3), {1, 0, 0})) == Approx(0.3 * 8.0 / 30.0).epsilon(4.0 * per_root_n));
}

TEST_CASE("With zero off the centre the nearer edge gives the scale") {
  const double per_root_n = 1.0 / std::sqrt(2.0 * 1200.0);
  CHECK(deviation(error_of("first", devices(0.3, 30.0), {1, 0, 0})) ==
        Approx(0.3 * 0.5 / 10.0).epsilon(4.0 * per_root_n));
}

TEST_CASE("No weight leaves what the window stands for") {
  const WeightSet noisy = noisy_weights(network(), weights(), devices(40.0), {1, 0, 0});
  CHECK(noisy.at("first").maxCoeff() == Approx(0.5));
  CHECK(noisy.at("first").minCoeff() == Approx(-0.5));
}

TEST_CASE("Gains and biases stay exact") {
  const WeightSet noisy = noisy_weights(network(), weights(), devices(10.0), {1, 0, 0});
  CHECK(identical(noisy.at("bias"), weights().at("bias")));
  CHECK(identical(noisy.at("gain"), weights().at("gain")));
}

TEST_CASE("Every part of the key changes the errors, sigma only their size") {
  const Eigen::MatrixXf errors = error_of("first", devices(0.1), {1, 2, 3});
  CHECK(identical(error_of("first", devices(0.1), {1, 2, 3}), errors));
  for (const ProgrammingKey& other : {ProgrammingKey{9, 2, 3}, ProgrammingKey{1, 9, 3}, ProgrammingKey{1, 2, 9}}) {
    const Eigen::MatrixXf others = error_of("first", devices(0.1), other);
    const double correlation = others.cwiseProduct(errors).mean() / (deviation(others) * deviation(errors));
    CHECK(std::abs(correlation) < 4.0 / std::sqrt(1200.0));
  }
  const Eigen::MatrixXf doubled = error_of("first", devices(0.2), {1, 2, 3});
  const Eigen::MatrixXf middle = (doubled - 2.0F * errors).middleRows(10, 20);
  CHECK(middle.cwiseAbs().maxCoeff() < 1e-6F);
}

TEST_CASE("Layers have errors of their own") {
  const Eigen::MatrixXf first = error_of("first", devices(0.1), {1, 0, 0}).topRows(10).leftCols(30);
  const Eigen::MatrixXf second = error_of("second", devices(0.1), {1, 0, 0}).topRows(10).leftCols(30);
  CHECK(std::abs(first.cwiseProduct(second).mean() / (deviation(first) * deviation(second))) < 4.0 / std::sqrt(300.0));
}

TEST_CASE("Operations that share a weight share its devices") {
  NetworkBuilder builder({2, 40});
  const std::uint32_t once = builder.linear(0, 40, "second");
  const Network single = builder.network();
  builder.linear(builder.linear(once, 40, "second"), 30, "behind");
  const Network shared = builder.network();
  WeightSet all = weights();
  all["behind"] = weights().at("first").transpose();
  const WeightSet noisy = noisy_weights(shared, all, devices(1.0), {1, 0, 0});
  CHECK(identical(noisy.at("second"), noisy_weights(single, all, devices(1.0), {1, 0, 0}).at("second")));
  CHECK(largest_difference(noisy.at("second"), all.at("second")) > 0.0F);
  CHECK(largest_difference(noisy.at("behind"), all.at("behind")) > 0.0F);
  CHECK(identical(noisy.at("first"), all.at("first")));
}

TEST_CASE("A layer of zeros is programmed like any other") {
  WeightSet zeros = weights();
  zeros["first"].setZero();
  const WeightSet noisy = noisy_weights(network(), zeros, devices(1.0), {1, 0, 0});
  CHECK(noisy.at("first").allFinite());
  CHECK(deviation(noisy.at("first")) == Approx(1.0 / 30.0).epsilon(0.1));
}
