#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "sim/mapping/inference_program.hpp"
#include "sim/mapping/training_program.hpp"

namespace palimpsest {

/// A trained tensor in the SRAM buffer: its gradient, summed over the batch.
struct GradientPlacements {
  std::map<std::string, Placement> backbone;                  ///< weights, gains and biases by name
  std::map<std::uint32_t, ProgramBuilder::StoredPair> pairs;  ///< of the trained adapter, by operation
};

/// Adds the backward pass of one sample, from the loss at the class scores back to the first trained parameter.
class BackwardPass {
 public:
  /// `working_weights`: linear weights in the SRAM buffer by name, for products that are not computed on the tiles.
  BackwardPass(ProgramBuilder& builder, const TrainingTask& task, const ForwardPass& forward,
               const ParameterPlacements& parameters, const std::map<std::string, Placement>& working_weights,
               const GradientPlacements& gradients);

  void add();
  const std::vector<std::uint64_t>& transposed_vectors() const { return transposed_vectors_; }

 private:
  bool trains(std::uint32_t operation) const;
  void find_needed_gradients();
  void back_through(std::uint32_t operation, const StoredValue& output_gradient);
  void back_through_linear(std::uint32_t operation, const StoredValue& output_gradient);
  void back_through_norm(std::uint32_t operation, const StoredValue& output_gradient);

  std::vector<StoredValue> transposed_reads(std::uint32_t operation, const StoredValue& output_gradient);
  StoredValue digital_product(std::uint32_t operation, const StoredValue& output_gradient);
  void add_weight_gradient(std::uint32_t operation, const StoredValue& output_gradient);
  /// `inner_gradient`: B^T dy of the trained pair, [rows, rank].
  void add_pair_gradient(std::uint32_t operation, const StoredValue& output_gradient,
                         const StoredValue& inner_gradient);
  void add_vector_gradient(const Placement& gradient, const std::vector<StoredValue>& inputs,
                           const VectorOperations& operations);

  void contribute(std::uint32_t value, const StoredValue& gradient);

  ProgramBuilder& builder_;
  const TrainingTask& task_;
  const std::vector<StoredValue>& values_;
  const std::map<std::uint32_t, Placement>& kept_;  ///< A x of the trained adapter, by operation
  const ParameterPlacements& parameters_;
  const std::map<std::string, Placement>& working_weights_;
  const GradientPlacements& gradients_;
  const Network& network_;
  int gradient_bits_;
  std::vector<bool> needed_;                             ///< by value: its gradient leads to a trained parameter
  std::vector<std::vector<StoredValue>> contributions_;  ///< by value: the terms of its gradient
  std::vector<std::uint64_t> transposed_vectors_;        ///< by tile
};

}  // namespace palimpsest
