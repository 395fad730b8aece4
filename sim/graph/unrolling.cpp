#include "sim/graph/unrolling.hpp"

#include <utility>

namespace palimpsest {

Unrolling::Unrolling(std::uint32_t values_of_network) : values{0}, current(values_of_network, 0) {}

void Unrolling::carry_out(const std::vector<GraphStep>& steps) {
  for (const GraphStep& step : steps) {
    if (const auto* operation = std::get_if<const Operation*>(&step)) carry_out(**operation);
    if (const auto* loop = std::get_if<std::shared_ptr<const Loop>>(&step)) carry_out(**loop);
  }
}

const Execution& Unrolling::execute(const Operation& operation, std::vector<std::uint32_t> inputs,
                                    const std::vector<std::uint32_t>& outputs) {
  Execution execution;
  execution.operation = &operation;
  execution.inputs = std::move(inputs);
  for (const std::uint32_t output : outputs) {
    execution.outputs.push_back(static_cast<std::uint32_t>(values.size()));
    values.push_back(output);
  }
  if (operation.array_product() != nullptr) execution.use = uses_[operation.array_product()->weight]++;
  executions.push_back(std::move(execution));
  return executions.back();
}

void Unrolling::carry_out(const Operation& operation) {
  std::vector<std::uint32_t> inputs;
  for (const std::uint32_t input : operation.inputs()) inputs.push_back(current[input]);
  const Execution& execution = execute(operation, std::move(inputs), operation.outputs());
  for (std::size_t i = 0; i < execution.outputs.size(); ++i) current[operation.outputs()[i]] = execution.outputs[i];
}

void Unrolling::carry_out(const Loop& loop) {
  std::vector<std::vector<std::uint32_t>> parts;
  for (const Loop::Indexed& indexed : loop.indexed) {
    const std::vector<std::uint32_t> outputs(loop.iterations, indexed.value);
    parts.push_back(execute(*indexed.unstack, {current[indexed.from]}, outputs).outputs);
  }
  for (const Loop::Constant& constant : loop.constants) current[constant.value] = current[constant.from];
  std::vector<std::uint32_t> state;
  for (const Loop::Carried& carried : loop.carried) {
    state.push_back(carried.initial ? current[*carried.initial]
                                    : execute(*carried.zeros, {}, {carried.value}).outputs[0]);
  }
  std::vector<std::vector<std::uint32_t>> given(loop.results.size());
  for (std::uint32_t iteration = 0; iteration < loop.iterations; ++iteration) {
    for (std::size_t i = 0; i < parts.size(); ++i) current[loop.indexed[i].value] = parts[i][iteration];
    for (std::size_t i = 0; i < state.size(); ++i) current[loop.carried[i].value] = state[i];
    carry_out(loop.body);
    for (std::size_t i = 0; i < state.size(); ++i) state[i] = current[loop.carried[i].next];
    for (std::size_t i = 0; i < given.size(); ++i) given[i].push_back(current[loop.results[i].from]);
  }
  for (std::size_t i = 0; i < given.size(); ++i) {
    const Loop::Result& result = loop.results[i];
    current[result.value] = result.stack == nullptr
                                ? given[i].back()
                                : execute(*result.stack, std::move(given[i]), {result.value}).outputs[0];
  }
}

}  // namespace palimpsest
