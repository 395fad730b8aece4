#include "sim/network/float_network.hpp"

#include <string>
#include <utility>

#include "sim/error.hpp"

namespace palimpsest {

FloatArithmetic::FloatArithmetic(const Network& network, const WeightSet& weights, std::vector<const Adapter*> adapters)
    : network_(network), weights_(weights), adapters_(std::move(adapters)) {}

Eigen::MatrixXf FloatArithmetic::product(std::uint32_t operation, const Eigen::MatrixXf& x) {
  Eigen::MatrixXf y = x * weights_.at(network_.operations[operation].weight).transpose();
  for (const Adapter* adapter : adapters_) {
    const auto pair = adapter->layers.find(operation);
    if (pair == adapter->layers.end()) continue;
    y += adapter->scale * ((x * pair->second.a.transpose()) * pair->second.b.transpose());
  }
  return y;
}

Eigen::MatrixXf FloatArithmetic::rest(std::uint32_t /*value*/, const Eigen::MatrixXf& computed) { return computed; }

Eigen::MatrixXf float_scores(const Network& network, const WeightSet& weights,
                             const std::vector<const Adapter*>& adapters, const Eigen::MatrixXf& input) {
  FloatArithmetic arithmetic(network, weights, adapters);
  return evaluate(network, weights, input, arithmetic);
}

namespace {

float magnitude(const Eigen::MatrixXf& matrix) {
  const float largest = matrix.cwiseAbs().maxCoeff();
  return largest > 0.0F ? largest : 1.0F;
}

class Recorder : public FloatArithmetic {
 public:
  Recorder(const Network& network, const WeightSet& weights, const std::vector<const Adapter*>& adapters,
           Ranges& ranges)
      : FloatArithmetic(network, weights, adapters), network_(network), adapters_(adapters), ranges_(ranges) {
    ranges_.values.resize(network.values());
    ranges_.linear_inputs.resize(network.operations.size());
  }

  Eigen::MatrixXf product(std::uint32_t operation, const Eigen::MatrixXf& x) override {
    ranges_.linear_inputs[operation] = x;
    for (const Adapter* adapter : adapters_) {
      const auto pair = adapter->layers.find(operation);
      if (pair == adapter->layers.end()) continue;
      ranges_.inner[{adapter, operation}] = magnitude(x * pair->second.a.transpose());
    }
    return FloatArithmetic::product(operation, x);
  }

  Eigen::MatrixXf rest(std::uint32_t value, const Eigen::MatrixXf& computed) override {
    ranges_.values[value] = magnitude(computed);
    if (!computed.allFinite()) {
      const std::string place = value == 0 ? "its input" : "operation " + network_.operations[value - 1].name;
      throw UserError(ExitCode::trace, "/calibration: the float network overflows at " + place);
    }
    return computed;
  }

 private:
  const Network& network_;
  const std::vector<const Adapter*>& adapters_;
  Ranges& ranges_;
};

}  // namespace

Ranges calibrate(const Network& network, const WeightSet& weights, const std::vector<const Adapter*>& adapters,
                 const Eigen::MatrixXf& input) {
  Ranges ranges;
  Recorder recorder(network, weights, adapters, ranges);
  evaluate(network, weights, input, recorder);
  return ranges;
}

}  // namespace palimpsest
