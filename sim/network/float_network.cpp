#include "sim/network/float_network.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "sim/error.hpp"
#include "sim/network/embeddings.hpp"

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
  return by_sample(evaluate(network, weights, input, arithmetic), network.shape(network.output).rows);
}

Eigen::MatrixXf float_embeddings(const Network& network, const WeightSet& weights,
                                 const std::vector<const Adapter*>& adapters, const Eigen::MatrixXf& input) {
  FloatArithmetic arithmetic(network, weights, adapters);
  EmbeddingArithmetic embedding(network, arithmetic);
  evaluate(network, weights, input, embedding);
  return embedding.embeddings();
}

namespace {

// So few that all values of a network stay small, so many that a usual set is evaluated at once.
constexpr Eigen::Index calibration_samples_at_once = 256;

/// Calls `take` with the rows of some samples of `input` at a time.
template <class Take>
void for_each_part(const Network& network, const Eigen::MatrixXf& input, const Take& take) {
  const Eigen::Index rows = calibration_samples_at_once * network.input.rows;
  for (Eigen::Index first = 0; first < input.rows(); first += rows)
    take(Eigen::MatrixXf(input.middleRows(first, std::min(rows, input.rows() - first))));
}

void raise(float& range, const Eigen::MatrixXf& matrix) { range = std::max(range, matrix.cwiseAbs().maxCoeff()); }

void replace_zero(float& range) {
  if (range == 0.0F) range = 1.0F;
}

class Recorder : public FloatArithmetic {
 public:
  Recorder(const Network& network, const WeightSet& weights, const std::vector<const Adapter*>& adapters,
           Ranges& ranges)
      : FloatArithmetic(network, weights, adapters), network_(network), adapters_(adapters), ranges_(ranges) {
    ranges_.values.resize(network.values());
  }

  Eigen::MatrixXf product(std::uint32_t operation, const Eigen::MatrixXf& x) override {
    for (const Adapter* adapter : adapters_) {
      const auto pair = adapter->layers.find(operation);
      if (pair == adapter->layers.end()) continue;
      raise(ranges_.inner[{adapter, operation}], x * pair->second.a.transpose());
    }
    return FloatArithmetic::product(operation, x);
  }

  Eigen::MatrixXf rest(std::uint32_t value, const Eigen::MatrixXf& computed) override {
    raise(ranges_.values[value], computed);
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

using TakeLinearInput = std::function<void(std::uint32_t operation, const Eigen::MatrixXf& x)>;

class LinearInputs : public FloatArithmetic {
 public:
  LinearInputs(const Network& network, const WeightSet& weights, const std::vector<const Adapter*>& adapters,
               const TakeLinearInput& take)
      : FloatArithmetic(network, weights, adapters), take_(take) {}

  Eigen::MatrixXf product(std::uint32_t operation, const Eigen::MatrixXf& x) override {
    take_(operation, x);
    return FloatArithmetic::product(operation, x);
  }

 private:
  const TakeLinearInput& take_;
};

}  // namespace

Ranges calibrate(const Network& network, const WeightSet& weights, const std::vector<const Adapter*>& adapters,
                 const Eigen::MatrixXf& input) {
  Ranges ranges;
  Recorder recorder(network, weights, adapters, ranges);
  for_each_part(network, input, [&](const Eigen::MatrixXf& part) { evaluate(network, weights, part, recorder); });
  for (float& range : ranges.values) replace_zero(range);
  for (auto& [place, range] : ranges.inner) replace_zero(range);
  return ranges;
}

void for_each_linear_input(const Network& network, const WeightSet& weights,
                           const std::vector<const Adapter*>& adapters, const Eigen::MatrixXf& input,
                           const TakeLinearInput& take) {
  LinearInputs arithmetic(network, weights, adapters, take);
  for_each_part(network, input, [&](const Eigen::MatrixXf& part) { evaluate(network, weights, part, arithmetic); });
}

}  // namespace palimpsest
