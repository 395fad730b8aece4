#include "sim/network/evaluate.hpp"

#include <algorithm>
#include <numeric>

#include "models/physics/vector_functions.hpp"

namespace palimpsest {

Eigen::MatrixXf network_input(const Network& network, const SampleSet& set, const std::vector<std::uint32_t>& indices) {
  const Eigen::Index rows = set.rows;
  const Eigen::Index columns = set.columns;
  Eigen::MatrixXf input(static_cast<Eigen::Index>(indices.size()) * rows, columns);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const std::uint8_t* values = set.values.data() + static_cast<std::ptrdiff_t>(indices[i]) * rows * columns;
    const auto sample = Eigen::Map<const Eigen::Matrix<std::uint8_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
        values, rows, columns);
    input.middleRows(static_cast<Eigen::Index>(i) * rows, rows) =
        network.input_scale * sample.cast<float>().array() + network.input_offset;
  }
  return input;
}

Eigen::MatrixXf network_input(const Network& network, const SampleSet& set) {
  return network_input(network, set, all_samples(set));
}

std::vector<std::uint32_t> all_samples(const SampleSet& set) {
  std::vector<std::uint32_t> all(set.samples);
  std::iota(all.begin(), all.end(), 0U);
  return all;
}

void for_each_input(const Network& network, const SampleSet& set, const std::vector<std::uint32_t>& samples,
                    const std::function<void(std::size_t first, const Eigen::MatrixXf& input)>& take,
                    std::size_t samples_at_once) {
  for (std::size_t first = 0; first < samples.size(); first += samples_at_once) {
    const std::size_t last = std::min(first + samples_at_once, samples.size());
    take(first, network_input(network, set,
                              {samples.begin() + static_cast<std::ptrdiff_t>(first),
                               samples.begin() + static_cast<std::ptrdiff_t>(last)}));
  }
}

namespace {

Eigen::MatrixXf apply(const Network& network, std::uint32_t index, const WeightSet& parameters,
                      const std::vector<Eigen::MatrixXf>& values, NetworkArithmetic& arithmetic) {
  const Operation& operation = network.operations[index];
  const Eigen::MatrixXf& x = values[operation.inputs[0]];
  switch (operation.kind) {
    case OperationKind::linear: {
      Eigen::MatrixXf y = arithmetic.product(index, x);
      if (!operation.bias.empty()) y.rowwise() += parameters.at(operation.bias).row(0);
      return y;
    }
    case OperationKind::rms_norm:
      return rms_norm(x, parameters.at(operation.gain), operation.epsilon);
    case OperationKind::gelu:
      return gelu(x);
    case OperationKind::relu:
      return relu(x);
    case OperationKind::add:
      return x + values[operation.inputs[1]];
    case OperationKind::transpose:
      return transpose_samples(x, network.shape(operation.inputs[0]).rows);
    case OperationKind::mean:
      return mean_over_rows(x, network.shape(operation.inputs[0]).rows);
  }
  return x;
}

}  // namespace

Eigen::MatrixXf by_sample(const Eigen::MatrixXf& value, std::uint32_t rows) {
  const Eigen::Index rows_of_sample = rows;
  Eigen::MatrixXf samples(value.rows() / rows_of_sample, rows_of_sample * value.cols());
  for (Eigen::Index row = 0; row < value.rows(); ++row) {
    samples.block(row / rows_of_sample, row % rows_of_sample * value.cols(), 1, value.cols()) = value.row(row);
  }
  return samples;
}

Eigen::MatrixXf evaluate(const Network& network, const WeightSet& parameters, const Eigen::MatrixXf& input,
                         NetworkArithmetic& arithmetic) {
  std::vector<Eigen::MatrixXf> values(network.values());
  values[0] = arithmetic.rest(0, input);
  for (std::uint32_t index = 0; index < network.operations.size(); ++index) {
    values[index + 1] = arithmetic.rest(index + 1, apply(network, index, parameters, values, arithmetic));
  }
  return values[network.output];
}

}  // namespace palimpsest
