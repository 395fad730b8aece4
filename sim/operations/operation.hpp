#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/physics/vector_operations.hpp"
#include "sim/graph/arithmetic.hpp"
#include "sim/graph/shape.hpp"
#include "sim/graph/tensor.hpp"
#include "sim/mapping/bands.hpp"

namespace palimpsest {

class Operation;
class ForwardPass;
class BackwardPass;
struct OperationSource;
struct StoredValue;

/// How often a weight in the arrays may be used in the evaluation of a sample: each use draws noise of its own.
constexpr std::uint32_t most_uses = 4096;

/// An operation carried out: once for every iteration of the loops it is in.
struct Execution {
  const Operation* operation = nullptr;
  std::uint32_t use = 0;               ///< of the array weight, counted over all executions that use it
  std::vector<std::uint32_t> inputs;   ///< numbers of values as executions give them
  std::vector<std::uint32_t> outputs;  ///< likewise
};

/// The product of vectors with a weight that lies in the arrays: [outputs, inputs], row o belonging to group
/// o / (outputs / groups), each group multiplying `inputs` elements of its own of the vector.
struct ArrayProduct {
  std::string weight;  ///< name of the parameter
  std::string bias;    ///< name of the parameter [outputs], or empty
  std::string layer;   ///< by which adapters know it
  std::uint32_t groups = 1;
  std::uint32_t inputs = 0;   ///< of a group
  std::uint32_t outputs = 0;  ///< of all groups
  std::uint32_t vectors = 0;  ///< of a sample

  std::uint32_t outputs_of_group() const { return outputs / groups; }
  std::uint64_t macs() const { return std::uint64_t{inputs} * outputs * vectors; }
};

/// What the vector unit does for a value: row by row, or at once where it needs the whole value.
struct VectorWork {
  bool row_by_row = true;
  VectorOperations operations;                ///< of a row, or of the whole value
  std::optional<Bands> bands = std::nullopt;  ///< how work on the whole value may be cut; none: it may not
};

/// How the gradient of an input follows from that of the operation's only output.
struct InputGradient {
  std::uint32_t input = 0;
  std::vector<std::uint32_t> inputs_read;    ///< beside the output's gradient
  bool output_read = false;                  ///< the output itself
  std::vector<std::string> parameters_read;  ///< row by row: of one row each
  std::optional<VectorWork> work;            ///< none: the output's gradient is the input's
};

/// How the gradient of a parameter outside the arrays follows; summed over the batch.
struct ParameterGradient {
  std::string parameter;
  std::vector<std::uint32_t> inputs_read;  ///< beside the output's gradient
  VectorOperations operations;             ///< of the whole value
  /// How many rows of the parameter are added to; none: all. Which ones the data say, so the first stand for them.
  std::optional<std::uint32_t> rows = std::nullopt;
  bool sums_rows = false;  ///< each row of what is read adds to the whole gradient, so that they may come in parts
  /// How else it may be cut: what is read, then the parameter. What bands have in common of it they add to in turn.
  std::optional<Bands> bands = std::nullopt;
};

/// What an execution computes from.
struct Evaluation {
  const Execution& execution;
  const std::vector<const Tensor*>& inputs;
  const WeightSet& parameters;
  NetworkArithmetic& arithmetic;
  std::uint32_t samples = 0;

  const Tensor& input(std::size_t number = 0) const { return *inputs[number]; }
};

/// One operation of a network. A kind is a class of its own in a file of its own (docs/adding-an-operation.md), made
/// from its description in a trace.
class Operation {
 public:
  explicit Operation(OperationSource& source);
  /// An operation that a loop brings along.
  Operation(std::string name, std::uint32_t index, std::vector<std::uint32_t> inputs, std::vector<Shape> input_shapes);
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  virtual ~Operation() = default;

  const std::string& name() const { return name_; }
  /// Place among all operations of the network, those in loops included.
  std::uint32_t index() const { return index_; }
  const std::vector<std::uint32_t>& inputs() const { return inputs_; }    ///< value numbers
  const std::vector<std::uint32_t>& outputs() const { return outputs_; }  ///< value numbers
  const Shape& input_shape(std::size_t number = 0) const { return input_shapes_[number]; }
  const Shape& output_shape(std::size_t number = 0) const { return output_shapes_[number]; }
  const std::vector<Shape>& input_shapes() const { return input_shapes_; }
  const std::vector<Shape>& output_shapes() const { return output_shapes_; }
  void set_outputs(std::vector<std::uint32_t> values) { outputs_ = std::move(values); }

  /// The product with a weight in the arrays that this is, or is made of; null: it has none.
  virtual const ArrayProduct* array_product() const { return nullptr; }
  /// Parameters that are read from the digital memory.
  virtual std::vector<std::string> digital_parameters() const { return {}; }
  /// Whether all outputs hold elements of the first input as they are, so that they stay on its grid.
  virtual bool keeps_grid() const { return false; }
  /// Whether the elements of output number `output` are 0 or 1, whatever the parameters. `reads_spikes`: those of all
  /// inputs are.
  virtual bool gives_spikes(std::size_t /*output*/, bool reads_spikes) const { return reads_spikes && keeps_grid(); }
  /// The elementary operations of an element of the output, if it follows from the elements of the inputs at its place,
  /// which all have the output's shape; none: it does not.
  virtual std::optional<VectorOperations> elementwise() const { return std::nullopt; }
  /// Whether the output is the input with its two dimensions exchanged.
  virtual bool transposes() const { return false; }
  /// Whether the output is the array product as it is, a row for each vector.
  virtual bool gives_array_product() const { return false; }
  /// Magnitude that the storage grid of all inputs has to hold, whatever calibration samples show.
  virtual float least_input_range() const { return 0.0F; }
  /// Whether the outputs are parts of what is stored already, in its order: a machine with flat memory computes
  /// nothing.
  virtual bool is_view() const { return false; }
  /// Multiply-accumulates of a sample, those of the arrays included.
  virtual std::uint64_t macs() const { return array_product() == nullptr ? 0 : array_product()->macs(); }

  /// Elements of the weight whose products these are, wherever it lies; 0: there is none.
  virtual std::uint64_t weight_elements() const {
    return array_product() == nullptr ? 0 : std::uint64_t{array_product()->inputs} * array_product()->outputs;
  }
  /// Elements that evaluating a sample needs beside its values.
  virtual std::uint64_t workspace_elements() const { return 0; }

  /// Puts the outputs of whole samples into `outputs`, one each, in single precision.
  virtual void evaluate(const Evaluation& evaluation, std::vector<Tensor>& outputs) const = 0;

  /// What the vector unit does in a forward pass, for kinds that do not lower themselves.
  virtual VectorWork work() const { return {}; }
  virtual std::vector<InputGradient> input_gradients() const { return {}; }
  virtual std::vector<ParameterGradient> parameter_gradients() const { return {}; }

  /// Adds the steps of a forward pass; by default those of work(). Returns where the outputs are.
  virtual std::vector<StoredValue> lower(ForwardPass& pass, const Execution& execution,
                                         const std::vector<StoredValue>& inputs) const;
  /// Adds the steps of a backward pass from the gradients of the outputs, null where nothing depends on one; by default
  /// those of the rules above, from the gradient of the only output.
  virtual void lower_backward(BackwardPass& pass, const Execution& execution,
                              const std::vector<const StoredValue*>& gradients) const;

 protected:
  void set_output_shapes(std::vector<Shape> shapes) { output_shapes_ = std::move(shapes); }

 private:
  std::string name_;
  std::uint32_t index_;
  std::vector<std::uint32_t> inputs_;
  std::vector<std::uint32_t> outputs_;
  std::vector<Shape> input_shapes_;
  std::vector<Shape> output_shapes_;
};

}  // namespace palimpsest
