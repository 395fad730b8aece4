#include <Eigen/Core>
#include <catch2/catch.hpp>
#include <limits>
#include <string>
#include <vector>

#include "sim/network/evaluate.hpp"
#include "sim/network/float_network.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/numpy_reference.hpp"
#include "tests/support/small_trace.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;
using namespace palimpsest::test;

namespace {

/// linear -> add(linear, x), 2 rows of 2 columns.
Network residual() {
  NetworkBuilder builder({2, 2});
  builder.sum(builder.linear(0, 2, "w"), 0);
  return builder.network();
}

const Eigen::Matrix2f w{{1, 2}, {0, -1}};
const Tensor x{{1, 2}, {3, 4}, {5, 6}, {0, -7}};

/// A sample's rows side by side, as evaluate() returns them.
Eigen::MatrixXf by_sample(const Tensor& rows) { return Eigen::Map<const Tensor>(rows.data(), rows.rows() / 2, 4); }

}  // namespace

TEST_CASE("Samples become the network's input by its scale and offset, in the order asked for") {
  SampleSet set;
  set.samples = 3;
  set.values = {0, 1, 2, 3, 10, 11, 12, 13, 252, 253, 254, 255};
  Network network({2, 2});
  network.input_scale = 0.5F;
  network.input_offset = -1.0F;
  const Eigen::MatrixXf expected{{125, 125.5F}, {126, 126.5F}, {-1, -0.5F}, {0, 0.5F}};
  CHECK(identical(network_input(network, set, {2, 0}), expected));
}

TEST_CASE("Every operation of the float network gives the trace's reference outputs") {
  const Trace trace = read_small_trace();
  for (const Phase& phase : trace.phases) {
    for (const Method* method : {&phase.hybrid, &phase.rewrite}) {
      std::vector<const Adapter*> adapters;
      for (const std::string& name : method->adapters) adapters.push_back(&trace.adapters.at(name));
      const WeightSet& weights = trace.weights.at(method->weights);
      FloatArithmetic arithmetic(weights, adapters);
      const Tensor input = network_input(trace.network, trace.test, phase.samples);
      CHECK(largest_difference(evaluate(trace.network, weights, input, arithmetic), method->reference) < 1e-5F);
    }
  }
}

TEST_CASE("A linear operation without bias and a sum are plain arithmetic") {
  const WeightSet weights = {{"w", w}};
  const Network network = residual();
  FloatArithmetic arithmetic(weights, {});
  CHECK(identical(evaluate(network, weights, x, arithmetic), by_sample(x * w.transpose() + x)));
}

TEST_CASE("Every value passes the arithmetic's rest, the input as number 0") {
  class Halving : public FloatArithmetic {
   public:
    using FloatArithmetic::FloatArithmetic;
    Tensor rest(std::uint32_t value, Tensor computed) override {
      values.push_back(value);
      return 0.5F * computed;
    }
    std::vector<std::uint32_t> values;
  };
  const WeightSet weights = {{"w", w}};
  const Network network = residual();
  Halving arithmetic(weights, {});
  const Eigen::MatrixXf result = evaluate(network, weights, x, arithmetic);
  CHECK(arithmetic.values == std::vector<std::uint32_t>{0, 1, 2});
  CHECK(identical(result, by_sample(0.5F * (0.25F * x * w.transpose() + 0.5F * x))));
}

TEST_CASE("A value that is not stored does not pass the arithmetic's rest") {
  class StoringSums : public FloatArithmetic {
   public:
    using FloatArithmetic::FloatArithmetic;
    bool stores(const Execution& execution) const override { return execution.operation->array_product() == nullptr; }
    Tensor rest(std::uint32_t /*value*/, Tensor computed) override { return 0.5F * computed; }
  };
  const WeightSet weights = {{"w", w}};
  StoringSums arithmetic(weights, {});
  CHECK(
      identical(evaluate(residual(), weights, x, arithmetic), by_sample(0.5F * (0.5F * x * w.transpose() + 0.5F * x))));
}

TEST_CASE("Adapters in use add up") {
  Adapter first;
  const Network network = residual();
  const std::string layer = network.operation(0).name();
  first.layers[layer] = {Eigen::RowVector2f(1, 1), Eigen::Vector2f(1, 0), 2.0F};
  Adapter second;
  second.layers[layer] = {Eigen::RowVector2f(0, 3), Eigen::Vector2f(0, 1), -1.0F};
  const WeightSet weights = {{"w", w}};
  FloatArithmetic both(weights, {&first, &second});
  const Eigen::MatrixXf merged = w + 2.0F * first.layers.at(layer).b * first.layers.at(layer).a -
                                 second.layers.at(layer).b * second.layers.at(layer).a;
  CHECK(identical(both.product(network.executions()[0], x), x * merged.transpose()));
}

TEST_CASE("Calibration records the largest magnitude of every value") {
  const WeightSet weights = {{"w", w}};
  const Network network = residual();
  const Ranges ranges = calibrate(network, weights, {}, x);
  // x w^T = 5 -2, 11 -4, 17 -6, -14 7; plus x = 6 0, 14 0, 22 0, -14 0.
  CHECK(ranges.values == std::vector<float>{7.0F, 17.0F, 22.0F});
  std::vector<std::uint32_t> operations;
  for_each_array_input(network, weights, {}, x, [&](const Execution& execution, const Tensor& input) {
    operations.push_back(execution.operation->index());
    CHECK(identical(input, x));
  });
  CHECK(operations == std::vector<std::uint32_t>{0});
}

TEST_CASE("Calibration sees all of a set that it takes in parts, and holds one part at a time") {
  const WeightSet weights = {{"w", w}};
  const Network network = residual();
  constexpr Eigen::Index samples = 1000;
  const Eigen::Index rows = network.input().rows();
  Tensor many = x.replicate(samples * rows / x.rows() + 1, 1);
  many.conservativeResize(samples * rows, Eigen::NoChange);
  many.bottomRows(1).setConstant(100.0F);
  const Ranges ranges = calibrate(network, weights, {}, many);
  CHECK(ranges.values[0] == 100.0F);
  CHECK(ranges.values[1] == (Eigen::MatrixXf(many) * w.transpose()).cwiseAbs().maxCoeff());
  Eigen::Index seen = 0;
  for_each_array_input(network, weights, {}, many, [&](const Execution& /*execution*/, const Tensor& part) {
    CHECK(part.rows() <= 256 * rows);
    REQUIRE(seen + part.rows() <= many.rows());
    CHECK(identical(part, many.middleRows(seen, part.rows())));
    seen += part.rows();
  });
  CHECK(seen == many.rows());
}

TEST_CASE("Calibration records the largest Ax of every adapter's layer") {
  Adapter adapter;
  const Network network = residual();
  const std::string layer = network.operation(0).name();
  adapter.layers[layer] = {Eigen::Matrix2f{{1, 1}, {0, -3}}, Eigen::Matrix2f::Identity()};
  const WeightSet weights = {{"w", w}};
  const Ranges ranges = calibrate(network, weights, {&adapter}, x);
  REQUIRE(ranges.inner.size() == 1);
  CHECK(ranges.inner.at({&adapter, layer}) == 21.0F);
}

TEST_CASE("A value that overflows in calibration is named by its operation") {
  Trace trace = read_small_trace();
  std::vector<const Adapter*> adapters;
  const auto complaint = [&](const Tensor& input) {
    const ThrownError error =
        thrown_error([&] { calibrate(trace.network, trace.weights.at("learned"), adapters, input); });
    CHECK(error.code == ExitCode::trace);
    return error.text;
  };
  Tensor input = network_input(trace.network, trace.calibration);
  trace.weights.at("learned").at("channel.weight").setConstant(3e38F);
  CHECK(complaint(input) == "/calibration: the float network overflows at operation channel");
  adapters = {&trace.adapters.at("forget")};
  CHECK(complaint(input) == "/calibration: the float network overflows at operation channel, with adapters forget");
  adapters.clear();
  input(0, 0) = std::numeric_limits<float>::infinity();
  CHECK(complaint(input) == "/calibration: the float network overflows at its input");
}

TEST_CASE("A range of zero becomes 1") {
  const WeightSet weights = {{"w", Eigen::Matrix2f::Zero()}};
  const Ranges ranges = calibrate(residual(), weights, {}, Tensor::Zero(2, 2));
  CHECK(ranges.values == std::vector<float>{1.0F, 1.0F, 1.0F});
}

TEST_CASE("Values that keep their source's grid have its range, whatever they hold, and do not come to rest again") {
  NetworkBuilder builder({2, 2});
  const std::uint32_t transposed = builder.transpose(builder.transpose(0));
  const std::uint32_t relu = builder.relu(transposed);
  const Network network = builder.network();
  const Tensor negative{{1, -20}, {3, 4}};
  const Ranges ranges = calibrate(network, {}, {}, negative);
  CHECK(ranges.values == std::vector<float>{20.0F, 20.0F, 20.0F, 4.0F});

  class Counting : public FloatArithmetic {
   public:
    using FloatArithmetic::FloatArithmetic;
    Tensor rest(std::uint32_t value, Tensor computed) override {
      values.push_back(value);
      return computed;
    }
    std::vector<std::uint32_t> values;
  };
  const WeightSet none;
  Counting arithmetic(none, {});
  evaluate(network, none, negative, arithmetic);
  CHECK(arithmetic.values == std::vector<std::uint32_t>{0, relu});
}
