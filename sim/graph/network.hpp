#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/graph/loop.hpp"
#include "sim/graph/shape.hpp"
#include "sim/operations/operation.hpp"

namespace palimpsest {

/// How a trace stores the input.
enum class InputType {
  bytes,   ///< whole numbers of 8 bits
  reals,   ///< single precision
  spikes,  ///< zeros and ones
};

/// A network: operations and loops on numbered values, of which number 0 is the input.
class Network {
 public:
  Network() = default;
  explicit Network(Shape input) : shapes_{std::move(input)} {}

  /// A new value that no operation gives, for loops to set.
  std::uint32_t add_value(Shape shape);
  /// Appends an operation to the open loop, or to the network where none is open, and numbers its outputs.
  void add(std::unique_ptr<Operation> operation);
  /// Takes an operation that a loop carries out beside its body; its outputs are numbered already.
  const Operation* keep(std::unique_ptr<Operation> operation);
  void open_loop();
  /// Closes the loop that was opened last and appends it; its body is what was added since.
  void close_loop(Loop loop);
  /// Says which value is the output; nothing can be added any more.
  void finish(std::uint32_t output);

  const Shape& input() const { return shapes_.front(); }
  const Shape& output() const { return shapes_[output_]; }
  std::uint32_t output_value() const { return output_; }
  std::uint32_t values() const { return static_cast<std::uint32_t>(shapes_.size()); }
  const Shape& shape(std::uint32_t value) const { return shapes_[value]; }

  /// All operations, those in loops included, in order.
  const std::vector<std::shared_ptr<const Operation>>& operations() const { return operations_; }
  const Operation& operation(std::uint32_t index) const { return *operations_[index]; }
  std::uint32_t next_index() const { return static_cast<std::uint32_t>(operations_.size()); }

  /// The operations as they are carried out, in order: loops are unrolled.
  const std::vector<Execution>& executions() const { return executions_; }
  /// Values as executions number them: which of the network's each is. Number 0 is the input again.
  const std::vector<std::uint32_t>& execution_values() const { return execution_values_; }
  const Shape& execution_shape(std::uint32_t value) const { return shapes_[execution_values_[value]]; }
  std::uint32_t execution_output() const { return execution_output_; }
  /// By execution: the values that no later one reads and that are not the output.
  const std::vector<std::vector<std::uint32_t>>& last_reads() const { return last_reads_; }
  /// Pairs (value, source): what is read as `value` is, in some iteration, stored as `source`.
  const std::vector<std::pair<std::uint32_t, std::uint32_t>>& handed_on() const { return handed_on_; }

  /// One operation for each weight in the arrays: the first that uses it.
  std::vector<const Operation*> weight_owners() const;
  /// Names of the parameters that are read from the digital memory, each once, in the order of their first use.
  std::vector<std::string> digital_parameters() const;

  InputType input_type = InputType::bytes;
  float input_scale = 1.0F;
  float input_offset = 0.0F;
  std::map<std::string, Shape> parameters;  ///< those in use, by name

 private:
  void find_last_reads();

  std::vector<Shape> shapes_;
  std::vector<std::shared_ptr<const Operation>> operations_;
  std::vector<std::vector<GraphStep>> open_{1};  ///< steps of the network, and of the loops that are open
  std::uint32_t output_ = 0;
  std::vector<Execution> executions_;
  std::vector<std::uint32_t> execution_values_;
  std::uint32_t execution_output_ = 0;
  std::vector<std::vector<std::uint32_t>> last_reads_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> handed_on_;
};

}  // namespace palimpsest
