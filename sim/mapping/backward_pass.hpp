#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "sim/mapping/forward_pass.hpp"
#include "sim/mapping/training_program.hpp"

namespace palimpsest {

/// A trained tensor in the SRAM buffer: its gradient, summed over the batch.
struct GradientPlacements {
  std::map<std::string, Placement> backbone;                ///< by parameter
  std::map<std::string, ProgramBuilder::StoredPair> pairs;  ///< of the trained adapter, by layer
};

/// Adds the backward pass of one sample, from the loss at the output back to the first trained parameter.
class BackwardPass {
 public:
  /// `working_weights`: array weights in the SRAM buffer by name, for products that are not computed on the tiles.
  BackwardPass(ProgramBuilder& builder, const TrainingTask& task, const ForwardPass& forward,
               const ParameterPlacements& parameters, const std::map<std::string, Placement>& working_weights,
               const GradientPlacements& gradients);

  void add();
  const std::vector<std::uint64_t>& transposed_vectors() const { return transposed_vectors_; }

  ProgramBuilder& builder() { return builder_; }
  int gradient_bits() const { return gradient_bits_; }
  const StoredValue& value(std::uint32_t number) {
    values_read_.insert(number);
    return forward_.value(number);
  }
  /// Values of the forward pass that were asked for.
  const std::set<std::uint32_t>& values_read() const { return values_read_; }
  StoredValue parameter(const std::string& name) const { return {parameters_.digital.at(name), {}}; }
  const StoredValue& kept_for_backward(const Execution& execution) const {
    return forward_.kept_for_backward(execution);
  }

  /// Whether the gradient of this value, as executions number them, leads to a trained parameter.
  bool needs(std::uint32_t value) const { return needed_[value]; }
  /// Adds a term to the gradient of a value, if it is needed.
  void contribute(std::uint32_t value, const StoredValue& gradient);

  /// Adds what a rule says, where it is needed.
  void add_input_gradient(const Execution& execution, const InputGradient& rule, const StoredValue& output_gradient);
  void add_parameter_gradient(const Execution& execution, const ParameterGradient& rule,
                              const StoredValue& output_gradient);
  /// Adds the gradients of what is trained of an array product of the vectors `x`, given that of the result with a row
  /// for each vector. Returns the terms of x's gradient, which has `x_shape`; none if it is not needed.
  std::vector<StoredValue> array_product_gradients(const Execution& execution, const StoredValue& x,
                                                   const Shape& x_shape, const StoredValue& output_gradient);

 private:
  bool trains(const Execution& execution) const;
  void find_needed_gradients();

  StoredValue digital_product(const ArrayProduct& product, const Shape& x_shape, const StoredValue& output_gradient);
  void add_weight_gradient(const ArrayProduct& product, const StoredValue& x, const StoredValue& output_gradient);
  /// `inner_gradient`: B^T dy of the trained pair, [vectors, rank].
  void add_pair_gradient(const Execution& execution, const StoredValue& x, const StoredValue& output_gradient,
                         const StoredValue& inner_gradient);
  /// `sums_rows`: every row of `inputs` adds to all of it. Else `bands` say how it may be cut, of `inputs` and
  /// gradient.
  void add_vector_gradient(const Placement& gradient, const std::vector<StoredValue>& inputs,
                           const VectorOperations& operations, bool sums_rows,
                           const std::optional<Bands>& bands = std::nullopt);

  ProgramBuilder& builder_;
  const TrainingTask& task_;
  const ForwardPass& forward_;
  const ParameterPlacements& parameters_;
  const std::map<std::string, Placement>& working_weights_;
  const GradientPlacements& gradients_;
  const Network& network_;
  int gradient_bits_;
  std::vector<bool> needed_;                             ///< by value as executions number them
  std::vector<std::vector<StoredValue>> contributions_;  ///< likewise: the terms of its gradient
  std::vector<std::uint64_t> transposed_vectors_;        ///< by tile
  std::set<std::uint32_t> values_read_;
};

}  // namespace palimpsest
