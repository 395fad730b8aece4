#include "sim/network/evaluate.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "sim/network/embeddings.hpp"
#include "sim/operations/sample_error.hpp"

namespace palimpsest {

Tensor network_input(const Network& network, const SampleSet& set, const std::vector<std::uint32_t>& indices) {
  const std::size_t elements = set.elements();
  Tensor input(static_cast<Eigen::Index>(indices.size()) * network.input().rows(), network.input().columns());
  for (std::size_t i = 0; i < indices.size(); ++i) {
    float* sample = input.data() + static_cast<std::ptrdiff_t>(i * elements);
    for (std::size_t element = 0; element < elements; ++element)
      sample[element] = network.input_scale * set.stored(indices[i] * elements + element) + network.input_offset;
  }
  return input;
}

Tensor network_input(const Network& network, const SampleSet& set) {
  return network_input(network, set, all_samples(set));
}

std::vector<std::uint32_t> all_samples(const SampleSet& set) {
  std::vector<std::uint32_t> all(set.samples);
  std::iota(all.begin(), all.end(), 0U);
  return all;
}

void for_each_input(const Network& network, const SampleSet& set, const std::vector<std::uint32_t>& samples,
                    const std::function<void(std::size_t first, const Tensor& input)>& take,
                    std::size_t samples_at_once) {
  for (std::size_t first = 0; first < samples.size(); first += samples_at_once) {
    const std::size_t last = std::min(first + samples_at_once, samples.size());
    try {
      take(first, network_input(network, set,
                                {samples.begin() + static_cast<std::ptrdiff_t>(first),
                                 samples.begin() + static_cast<std::ptrdiff_t>(last)}));
    } catch (const SampleError& error) {
      throw error.with_sample(samples[first + error.sample()]);
    }
  }
}

namespace {

/// A value of this shape as [samples, elements].
Eigen::MatrixXf by_sample(const Tensor& value, const Shape& shape) {
  const auto elements = static_cast<Eigen::Index>(shape.elements());
  return Eigen::Map<const Tensor>(value.data(), value.size() / elements, elements);
}

}  // namespace

Eigen::MatrixXf evaluate(const Network& network, const WeightSet& parameters, const Tensor& input,
                         NetworkArithmetic& arithmetic, Eigen::MatrixXf* embeddings) {
  const auto samples = static_cast<std::uint32_t>(input.rows() / network.input().rows());
  const std::size_t embedded = embeddings == nullptr ? network.executions().size() : last_weighted_execution(network);
  std::vector<Tensor> values(network.execution_values().size());
  values[0] = arithmetic.rest(0, input);
  for (std::size_t number = 0; number < network.executions().size(); ++number) {
    const Execution& execution = network.executions()[number];
    std::vector<const Tensor*> inputs;
    for (const std::uint32_t value : execution.inputs) inputs.push_back(&values[value]);
    if (embeddings != nullptr && number == embedded)
      *embeddings = by_sample(*inputs.front(), execution.operation->input_shape());
    std::vector<Tensor> outputs(execution.outputs.size());
    execution.operation->evaluate({execution, inputs, parameters, arithmetic, samples}, outputs);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const std::uint32_t value = execution.outputs[i];
      // What lies on its input's grid already would be rounded to itself.
      values[value] = execution.operation->keeps_grid() || !arithmetic.stores(execution)
                          ? std::move(outputs[i])
                          : arithmetic.rest(network.execution_values()[value], std::move(outputs[i]));
    }
    for (const std::uint32_t value : network.last_reads()[number]) values[value] = Tensor();
  }
  return by_sample(values[network.execution_output()], network.output());
}

}  // namespace palimpsest
