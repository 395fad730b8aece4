#include "sim/graph/network.hpp"

#include <numeric>
#include <set>

#include "sim/graph/unrolling.hpp"

namespace palimpsest {

std::uint32_t Network::add_value(Shape shape) {
  shapes_.push_back(std::move(shape));
  return values() - 1;
}

void Network::add(std::unique_ptr<Operation> operation) {
  std::vector<std::uint32_t> outputs;
  for (const Shape& shape : operation->output_shapes()) outputs.push_back(add_value(shape));
  operation->set_outputs(std::move(outputs));
  open_.back().emplace_back(operation.get());
  operations_.push_back(std::move(operation));
}

const Operation* Network::keep(std::unique_ptr<Operation> operation) {
  operations_.push_back(std::move(operation));
  return operations_.back().get();
}

void Network::open_loop() { open_.emplace_back(); }

void Network::close_loop(Loop loop) {
  loop.body = std::move(open_.back());
  open_.pop_back();
  for (const Loop::Constant& constant : loop.constants) handed_on_.emplace_back(constant.value, constant.from);
  for (const Loop::Carried& carried : loop.carried) {
    handed_on_.emplace_back(carried.value, carried.next);
    if (carried.initial) handed_on_.emplace_back(carried.value, *carried.initial);
  }
  for (const Loop::Result& result : loop.results) {
    if (result.stack == nullptr) handed_on_.emplace_back(result.value, result.from);
  }
  open_.back().emplace_back(std::make_shared<const Loop>(std::move(loop)));
}

void Network::finish(std::uint32_t output) {
  output_ = output;
  Unrolling unrolling(values());
  unrolling.carry_out(open_.front());
  executions_ = std::move(unrolling.executions);
  execution_values_ = std::move(unrolling.values);
  execution_output_ = unrolling.current[output];
  find_last_reads();
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
