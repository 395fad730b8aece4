#include "sim/graph/network.hpp"

#include <numeric>
#include <set>
#include <utility>

namespace palimpsest {

void Network::add(std::unique_ptr<Operation> operation) {
  std::vector<std::uint32_t> outputs(operation->output_shapes().size());
  std::iota(outputs.begin(), outputs.end(), values());
  operation->set_outputs(std::move(outputs));
  for (const Shape& shape : operation->output_shapes()) shapes_.push_back(shape);
  operations_.push_back(std::move(operation));
}

void Network::finish(std::uint32_t output) {
  output_ = output;
  carry_out();
  find_last_reads();
}

void Network::carry_out() {
  execution_values_.resize(values());
  std::iota(execution_values_.begin(), execution_values_.end(), 0U);
  execution_output_ = output_;
  std::map<std::string, std::uint32_t> uses;
  for (const auto& operation : operations_) {
    Execution execution;
    execution.operation = operation.get();
    execution.inputs = operation->inputs();
    execution.outputs = operation->outputs();
    if (operation->array_product() != nullptr) execution.use = uses[operation->array_product()->weight]++;
    executions_.push_back(std::move(execution));
  }
}

void Network::find_last_reads() {
  last_reads_.resize(executions_.size());
  std::set<std::uint32_t> read_later = {execution_output_};
  for (std::size_t number = executions_.size(); number-- > 0;) {
    const Execution& execution = executions_[number];
    for (const auto* values : {&execution.inputs, &execution.outputs}) {
      for (const std::uint32_t value : *values) {
        if (read_later.insert(value).second) last_reads_[number].push_back(value);
      }
    }
  }
}

std::vector<const Operation*> Network::weight_owners() const {
  std::vector<const Operation*> owners;
  std::set<std::string> seen;
  for (const auto& operation : operations_) {
    const ArrayProduct* product = operation->array_product();
    if (product != nullptr && seen.insert(product->weight).second) owners.push_back(operation.get());
  }
  return owners;
}

std::vector<std::string> Network::digital_parameters() const {
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (const auto& operation : operations_) {
    for (const std::string& name : operation->digital_parameters()) {
      if (seen.insert(name).second) names.push_back(name);
    }
  }
  return names;
}

}  // namespace palimpsest
