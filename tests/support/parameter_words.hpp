#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "models/physics/clock.hpp"
#include "sim/mapping/training_program.hpp"

namespace palimpsest::test {

/// Words of the parameters of a training in the SRAM buffer.
struct ParameterWords {
  std::uint64_t gradients = 0;  ///< as many as each tensor of the optimiser's state
  std::uint64_t working = 0;    ///< what products use of the trained ones
  std::uint64_t frozen = 0;
};

class WordCount {
 public:
  explicit WordCount(const Architecture& chip) : chip_(chip) {}

  void trained(std::uint64_t rows, std::uint64_t columns, std::optional<int> working_bits) {
    words_.gradients += words(rows, columns, chip_.training.optimizer_state_bits);
    if (working_bits) words_.working += words(rows, columns, *working_bits);
  }
  void frozen(std::uint64_t rows, std::uint64_t columns, int bits) { words_.frozen += words(rows, columns, bits); }
  const ParameterWords& words() const { return words_; }

 private:
  std::uint64_t words(std::uint64_t rows, std::uint64_t columns, int bits) const {
    return rows * ceil_div(columns * ceil_div(static_cast<std::uint64_t>(bits), 8), word_bytes(chip_.sram));
  }

  const Architecture& chip_;
  ParameterWords words_;
};

/// Weights and adapters have the bits of gradients, gains and biases those of activations.
inline ParameterWords parameter_words(const ProgramContext& context, const TrainingTask& task) {
  const Architecture& chip = context.architecture;
  const int bits = chip.training.gradient_bits;
  WordCount count(chip);
  std::map<std::string, const ArrayProduct*> in_arrays;
  for (const auto& operation : context.network.operations()) {
    if (operation->array_product() != nullptr)
      in_arrays.emplace(operation->array_product()->weight, operation->array_product());
  }
  for (const auto& [name, shape] : context.network.parameters) {
    const auto weight = in_arrays.find(name);
    if (weight != in_arrays.end()) {
      if (task.trained_adapter == nullptr)
        count.trained(weight->second->outputs, weight->second->inputs,
                      task.backbone_in_arrays ? std::nullopt : std::optional(bits));
    } else if (task.trained_adapter == nullptr) {
      count.trained(shape.rows(), shape.columns(), chip.sram.activation_bits);
    } else {
      count.frozen(shape.rows(), shape.columns(), chip.sram.activation_bits);
    }
  }
  for (const Adapter* adapter : task.adapters) {
    for (const auto& [layer, pair] : adapter->layers) {
      for (const Eigen::MatrixXf* matrix : {&pair.a, &pair.b}) {
        const auto rows = static_cast<std::uint64_t>(matrix->rows());
        const auto columns = static_cast<std::uint64_t>(matrix->cols());
        if (adapter == task.trained_adapter) {
          count.trained(rows, columns, bits);
        } else {
          count.frozen(rows, columns, bits);
        }
      }
    }
  }
  return count.words();
}

}  // namespace palimpsest::test
