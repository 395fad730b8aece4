#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/graph/spike_products.hpp"
#include "sim/mapping/fused_chains.hpp"
#include "sim/mapping/program_builder.hpp"

namespace palimpsest {

/// Where the parameters that are not in the arrays lie in the SRAM buffer.
struct ParameterPlacements {
  std::map<std::string, Placement> digital;  ///< those that operations read, by name
  std::map<std::pair<const Adapter*, std::string>, ProgramBuilder::StoredPair> pairs;  ///< by adapter and layer
};

/// Places digital parameters (at the precision of activations) and adapters (at `adapter_bits`), and says which pairs
/// the LoRA unit's registers hold beside: those that a sample uses most often come first, then those of the first
/// adapter, in the order of the network; each that fits in what the ones before it leave.
ParameterPlacements place_parameters(ProgramBuilder& builder, const std::vector<const Adapter*>& adapters,
                                     int adapter_bits);

/// The forward pass of one sample. Array products whose weights are in `working_weights` are computed in the LoRA unit
/// from there, the others on the tiles. A x of every layer of `trained_adapter` is kept, at the precision of gradients;
/// null: none is. `read_again`: the values, as executions number them, that a backward pass finds behind it; null: none
/// follows.
class ForwardPass {
 public:
  /// The references outlive the object.
  ForwardPass(ProgramBuilder& builder, const ParameterPlacements& parameters,
              const std::vector<const Adapter*>& adapters, const std::map<std::string, Placement>& working_weights,
              const Adapter* trained_adapter, const std::set<std::uint32_t>* read_again);

  /// Adds the steps from the input, which the host sends, to the output.
  void add();

  ProgramBuilder& builder() { return builder_; }

  /// A digital parameter, there from the start.
  StoredValue parameter(const std::string& name) const { return {parameters_.digital.at(name), {}}; }

  /// What the vector unit does; the result has `shape`.
  StoredValue vector_work(const VectorWork& work, const std::vector<StoredValue>& inputs,
                          const std::vector<std::string>& parameters, const Shape& shape);
  /// The execution's array product of `x`, adapters, bias and what is fused behind it included; the result has `shape`,
  /// with a row for each vector.
  StoredValue array_product(const Execution& execution, const StoredValue& x, const Shape& shape);

  /// Whether the products that read this transposition read the columns of what it transposes.
  bool reads_by_columns(const Execution& execution) const { return chains_.is_read_by_products(execution); }

  /// Notes what lies between an execution's input and output and its backward pass reads again.
  void keep_for_backward(const Execution& execution, StoredValue value) {
    kept_for_backward_[&execution] = std::move(value);
  }
  const StoredValue& kept_for_backward(const Execution& execution) const { return kept_for_backward_.at(&execution); }

  const StoredValue& value(std::uint32_t number) const { return values_[number]; }  ///< as executions number them
  const StoredValue& output() const { return values_[builder_.context().network.execution_output()]; }
  /// A x of the trained adapter, there when the output of the execution is.
  const Placement& kept(const Execution& execution) const { return kept_.at(&execution); }

 private:
  /// What is fused behind the product of `execution` in this pass.
  const std::vector<const Execution*>& chain_behind(const Execution& execution) const;
  std::vector<ProgramBuilder::LaneFunction> functions_behind(const Execution& execution) const;
  /// The product of `execution` and what is fused behind it: whether the results are stored, the last one's always.
  std::vector<bool> stored_stages(const Execution& execution) const;
  /// The first of them whose results are.
  const Execution& first_stored(const Execution& execution) const;
  /// Notes where what product_on_tiles() left lies.
  void place_results(const Execution& execution, const std::vector<StoredValue>& results);
  std::vector<ProgramBuilder::StoredPair> pairs_of(const Execution& execution);

  ProgramBuilder& builder_;
  const ParameterPlacements& parameters_;
  const std::vector<const Adapter*>& adapters_;
  const std::map<std::string, Placement>& working_weights_;
  const Adapter* trained_adapter_;
  const std::set<std::uint32_t>* read_again_;
  FusedChains chains_;
  std::vector<bool> spike_products_;  ///< by execution
  std::vector<StoredValue> values_;
  std::map<const Execution*, Placement> kept_;
  std::map<const Execution*, StoredValue> kept_for_backward_;
};

}  // namespace palimpsest
