#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "sim/graph/network.hpp"
#include "sim/trace/trace.hpp"

namespace palimpsest {

/// The network's input for the samples `indices` of `set`.
Tensor network_input(const Network& network, const SampleSet& set, const std::vector<std::uint32_t>& indices);

/// The same for all samples of `set`.
Tensor network_input(const Network& network, const SampleSet& set);

/// All samples of `set`, in order.
std::vector<std::uint32_t> all_samples(const SampleSet& set);

/// Calls `take` with the network's input for so few of `samples` at a time that any number of them takes little
/// memory, `first` being the place of the first among them.
void for_each_input(const Network& network, const SampleSet& set, const std::vector<std::uint32_t>& samples,
                    const std::function<void(std::size_t first, const Tensor& input)>& take,
                    std::size_t samples_at_once = 64);

/// Evaluates the network on the samples in `input`; `parameters` are those outside the arrays. Returns the outputs
/// [samples, elements of an output]. `embeddings`, if any, is set to [samples, elements of an embedding]
/// (embeddings.hpp).
Eigen::MatrixXf evaluate(const Network& network, const WeightSet& parameters, const Tensor& input,
                         NetworkArithmetic& arithmetic, Eigen::MatrixXf* embeddings = nullptr);

}  // namespace palimpsest
