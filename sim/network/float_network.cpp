#include "sim/network/float_network.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "sim/error.hpp"
#include "sim/network/block_products.hpp"
#include "sim/operations/sample_error.hpp"

namespace palimpsest {

FloatArithmetic::FloatArithmetic(const WeightSet& weights, std::vector<const Adapter*> adapters)
    : weights_(weights), adapters_(std::move(adapters)) {}

Tensor FloatArithmetic::product(const Execution& execution, const Tensor& vectors) {
  // In the parameters' order: Eigen sums products of mixed orders in another one.
  const Eigen::MatrixXf x = vectors;
  const ArrayProduct& product = *execution.operation->array_product();
  const Eigen::MatrixXf& weight = weights_.at(product.weight);
  const Eigen::Index outputs = product.outputs_of_group();
  Eigen::MatrixXf y(x.rows(), Eigen::Index{product.outputs});
  for (Eigen::Index group = 0; group < product.groups; ++group) {
    y.middleCols(group * outputs, outputs).noalias() =
        x.middleCols(group * product.inputs, product.inputs) * weight.middleRows(group * outputs, outputs).transpose();
  }
  for (const Adapter* adapter : adapters_) {
    const auto pair = adapter->layers.find(product.layer);
    if (pair == adapter->layers.end()) continue;
    y += pair->second.scale * ((x * pair->second.a.transpose()) * pair->second.b.transpose());
  }
  return y;
}

Tensor FloatArithmetic::matmul(const Execution& execution, const Tensor& x, const Tensor& y) {
  return block_products(*execution.operation, x, y,
                        [](const auto& one, const auto& other) -> Tensor { return one * other; });
}

Tensor FloatArithmetic::rest(std::uint32_t /*value*/, Tensor computed) { return computed; }

Eigen::MatrixXf float_scores(const Network& network, const WeightSet& weights,
                             const std::vector<const Adapter*>& adapters, const Tensor& input) {
  FloatArithmetic arithmetic(weights, adapters);
  return evaluate(network, weights, input, arithmetic);
}

Eigen::MatrixXf float_embeddings(const Network& network, const WeightSet& weights,
                                 const std::vector<const Adapter*>& adapters, const Tensor& input) {
  FloatArithmetic arithmetic(weights, adapters);
  Eigen::MatrixXf embeddings;
  evaluate(network, weights, input, arithmetic, &embeddings);
  return embeddings;
}

namespace {

// So few that all values of a network stay small, so many that a usual set is evaluated at once.
constexpr Eigen::Index calibration_samples_at_once = 256;

/// Calls `take` with some samples of `input` at a time.
template <class Take>
void for_each_part(const Network& network, const Tensor& input, const Take& take) {
  const Eigen::Index rows = calibration_samples_at_once * network.input().rows();
  for (Eigen::Index first = 0; first < input.rows(); first += rows) {
    try {
      take(Tensor(input.middleRows(first, std::min(rows, input.rows() - first))));
    } catch (const SampleError& error) {
      const auto samples_before = static_cast<std::uint32_t>(first / network.input().rows());
      throw UserError(ExitCode::trace,
                      std::string("/calibration: ") + error.with_sample(samples_before + error.sample()).what());
    }
  }
}

void raise(float& range, const Tensor& values) { range = std::max(range, values.cwiseAbs().maxCoeff()); }

void replace_zero(float& range) {
  if (range == 0.0F) range = 1.0F;
}

class Recorder : public FloatArithmetic {
 public:
  Recorder(const Network& network, const WeightSet& weights, const std::vector<const Adapter*>& adapters,
           Ranges& ranges)
      : FloatArithmetic(weights, adapters), network_(network), adapters_(adapters), ranges_(ranges) {
    ranges_.values.resize(network.values());
  }

  Tensor product(const Execution& execution, const Tensor& x) override {
    const std::string& layer = execution.operation->array_product()->layer;
    for (const Adapter* adapter : adapters_) {
      const auto pair = adapter->layers.find(layer);
      if (pair == adapter->layers.end()) continue;
      raise(ranges_.inner[{adapter, layer}], Eigen::MatrixXf(x) * pair->second.a.transpose());
    }
    return FloatArithmetic::product(execution, x);
  }

  Tensor rest(std::uint32_t value, Tensor computed) override {
    raise(ranges_.values[value], computed);
    if (!computed.allFinite()) {
      throw UserError(ExitCode::trace,
                      "/calibration: the float network overflows at " + place_of(value) + adapters_in_use());
    }
    return computed;
  }

 private:
  std::string place_of(std::uint32_t value) const {
    for (const auto& operation : network_.operations()) {
      const auto& outputs = operation->outputs();
      if (std::find(outputs.begin(), outputs.end(), value) != outputs.end()) return "operation " + operation->name();
    }
    return "its input";
  }

  // They may be others than the trace's.
  std::string adapters_in_use() const {
    std::string names;
    for (const Adapter* adapter : adapters_)
      names.append(names.empty() ? ", with adapters " : ", ").append(adapter->name);
    return names;
  }

  const Network& network_;
  const std::vector<const Adapter*>& adapters_;
  Ranges& ranges_;
};

using TakeArrayInput = std::function<void(const Execution& execution, const Tensor& x)>;

class ArrayInputs : public FloatArithmetic {
 public:
  ArrayInputs(const WeightSet& weights, const std::vector<const Adapter*>& adapters, const TakeArrayInput& take)
      : FloatArithmetic(weights, adapters), take_(take) {}

  Tensor product(const Execution& execution, const Tensor& x) override {
    take_(execution, x);
    return FloatArithmetic::product(execution, x);
  }

 private:
  const TakeArrayInput& take_;
};

/// Values that are stored as others are, and those others: what an operation copies, what a loop hands on.
std::vector<std::pair<std::uint32_t, std::uint32_t>> grid_followers(const Network& network) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> followers = network.handed_on();
  for (const auto& operation : network.operations()) {
    if (!operation->keeps_grid()) continue;
    for (const std::uint32_t output : operation->outputs()) followers.emplace_back(output, operation->inputs()[0]);
  }
  return followers;
}

/// Raises what each first of a pair of values has to at least what its second has.
void raise_to(std::vector<float>& ranges, const std::vector<std::pair<std::uint32_t, std::uint32_t>>& pairs) {
  // Ranges only grow, each to one of finitely many.
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& [value, source] : pairs) {
      if (ranges[value] >= ranges[source]) continue;
      ranges[value] = ranges[source];
      changed = true;
    }
  }
}

/// Values that are stored as others have the range of those.
void follow_grids(const Network& network, std::vector<float>& ranges) { raise_to(ranges, grid_followers(network)); }

/// Where an operation asks for a range, all that its input is a copy of has it as well.
void hold_least_ranges(const Network& network, std::vector<float>& ranges) {
  std::vector<float> least(ranges.size(), 0.0F);
  for (const auto& operation : network.operations()) {
    for (const std::uint32_t input : operation->inputs())
      least[input] = std::max(least[input], operation->least_input_range());
  }
  auto sources = grid_followers(network);
  for (auto& [value, source] : sources) std::swap(value, source);
  raise_to(least, sources);
  for (std::size_t value = 0; value < ranges.size(); ++value) ranges[value] = std::max(ranges[value], least[value]);
}

}  // namespace

Ranges calibrate(const Network& network, const WeightSet& weights, const std::vector<const Adapter*>& adapters,
                 const Tensor& input) {
  Ranges ranges;
  Recorder recorder(network, weights, adapters, ranges);
  for_each_part(network, input, [&](const Tensor& part) { evaluate(network, weights, part, recorder); });
  hold_least_ranges(network, ranges.values);
  follow_grids(network, ranges.values);
  for (float& range : ranges.values) replace_zero(range);
  for (auto& [place, range] : ranges.inner) replace_zero(range);
  return ranges;
}

void for_each_array_input(const Network& network, const WeightSet& weights, const std::vector<const Adapter*>& adapters,
                          const Tensor& input, const TakeArrayInput& take) {
  ArrayInputs arithmetic(weights, adapters, take);
  for_each_part(network, input, [&](const Tensor& part) { evaluate(network, weights, part, arithmetic); });
}

}  // namespace palimpsest
