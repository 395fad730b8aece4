#include "sim/mapping/training_program.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "sim/mapping/backward_pass.hpp"

namespace palimpsest {

namespace {

// Elementary operations (adds, multiply-accumulates, lookups, moves) of one parameter's update.
constexpr VectorOperations sgd_operations{0, 1, 0, 0};
// The velocity, which SGD then takes in place of the gradient.
constexpr VectorOperations momentum_operations{0, 1, 0, 0};
// Two moments (four), two bias corrections; root and division by table and a step of Newton's method; the step.
constexpr VectorOperations adam_operations{0, 10, 2, 0};

/// A tensor that is trained: the copies that products and other operations use (none of what is in the arrays), its
/// gradient, and what the optimiser keeps: master parameters, velocity or moments.
struct TrainedTensor {
  std::vector<const Placement*> working;
  Placement gradient;
  std::vector<Placement> state;
};

class TrainingPlan {
 public:
  TrainingPlan(ProgramBuilder& builder, const TrainingTask& task, const ParameterPlacements& parameters)
      : builder_(builder), task_(task) {
    const Network& network = builder.context().network;
    if (task.trained_adapter != nullptr) {
      for (const Operation* operation : adapted_operations(network, *task.trained_adapter)) {
        const std::string& layer = operation->array_product()->layer;
        const auto& pair = parameters.pairs.at({task.trained_adapter, layer});
        const LowRankPair& values = task.trained_adapter->layers.at(layer);
        gradients_.pairs[layer] = {train(&pair.a, pair.a.rows, static_cast<std::uint32_t>(values.a.cols())),
                                   train(&pair.b, pair.b.rows, static_cast<std::uint32_t>(values.b.cols()))};
      }
      return;
    }
    for (const auto& operation : network.operations()) {
      if (operation->array_product() != nullptr) train_weight(*operation->array_product());
      for (const std::string& name : operation->digital_parameters()) {
        const Shape& shape = network.parameters.at(name);
        train_parameter(name, &parameters.digital.at(name), shape.rows(), shape.columns());
      }
    }
  }

  const GradientPlacements& gradients() const { return gradients_; }
  const std::map<std::string, Placement>& working_weights() const { return working_weights_; }
  std::uint64_t parameters() const { return parameters_; }

  /// Trained pairs that are held are brought into the registers anew.
  void add_update(const ParameterPlacements& parameters) const {
    const VectorUnitConfig& unit = builder_.context().architecture.vector_unit;
    std::map<const Placement*, std::uint32_t> updated;
    for (const TrainedTensor& tensor : tensors_) {
      VectorJob job;
      job.vectors = tensor.gradient.rows;
      job.fetches = {tensor.gradient.row()};
      job.drains = {tensor.gradient.row()};  // back to zero for the next batch
      for (const Placement& state : tensor.state) {
        job.fetches.push_back(state.row());
        job.drains.push_back(state.row());
      }
      for (const Placement* working : tensor.working) job.drains.push_back(working->row());
      const std::uint64_t columns = tensor.gradient.row_bytes / state_bytes();
      job.operations_per_vector = operations_per_parameter() * columns;
      job.cycles_per_vector = vector_cycles(unit, job.operations_per_vector);
      const std::uint32_t step = builder_.add(job, {});
      for (const Placement* working : tensor.working) updated[working] = step;
    }
    for (const auto& [key, pair] : parameters.pairs) {
      if (key.first == task_.trained_adapter && pair.is_held)
        builder_.hold(pair, {updated.at(&pair.a), updated.at(&pair.b)});
    }
  }

 private:
  VectorOperations operations_per_parameter() const {
    if (task_.optimizer == Optimizer::adam) return adam_operations;
    return task_.has_momentum ? sgd_operations + momentum_operations : sgd_operations;
  }
  int state_bits() const { return builder_.context().architecture.training.optimizer_state_bits; }
  std::uint32_t state_bytes() const {
    return static_cast<std::uint32_t>(ceil_div(static_cast<std::uint64_t>(state_bits()), 8));
  }

  Placement train(const Placement* working, std::uint32_t rows, std::uint32_t width) {
    TrainedTensor tensor;
    if (working != nullptr) tensor.working.push_back(working);
    tensor.gradient = builder_.layout().fixed(rows, width, state_bits());
    const std::uint32_t copies = optimizer_tensors(task_.optimizer, task_.has_momentum);
    for (std::uint32_t copy = 0; copy < copies; ++copy) {
      tensor.state.push_back(builder_.layout().fixed(rows, width, state_bits()));
    }
    parameters_ += std::uint64_t{rows} * width;
    tensors_.push_back(tensor);
    return tensor.gradient;
  }

  /// A parameter may be a weight and a table at once: then both copies are written.
  void train_parameter(const std::string& name, const Placement* working, std::uint32_t rows, std::uint32_t width) {
    const auto [tensor, is_new] = tensor_of_.emplace(name, tensors_.size());
    if (is_new) {
      gradients_.backbone[name] = train(working, rows, width);
      return;
    }
    std::vector<const Placement*>& copies = tensors_[tensor->second].working;
    const bool is_known = std::find(copies.begin(), copies.end(), working) != copies.end();
    if (working != nullptr && !is_known) copies.push_back(working);
  }

  void train_weight(const ArrayProduct& product) {
    if (!weights_.insert(product.weight).second) return;
    const Placement* working = nullptr;
    if (!task_.backbone_in_arrays) {
      const int bits = builder_.context().architecture.training.gradient_bits;
      working =
          &working_weights_.emplace(product.weight, builder_.layout().fixed(product.outputs, product.inputs, bits))
               .first->second;
    }
    train_parameter(product.weight, working, product.outputs, product.inputs);
  }

  ProgramBuilder& builder_;
  const TrainingTask& task_;
  GradientPlacements gradients_;
  std::map<std::string, Placement> working_weights_;
  std::vector<TrainedTensor> tensors_;
  std::map<std::string, std::size_t> tensor_of_;  ///< by parameter of the backbone
  std::set<std::string> weights_;                 ///< those of the arrays that are trained
  std::uint64_t parameters_ = 0;
};

/// What a batch's passes came to.
struct Batch {
  std::size_t forward_steps = 0;
  std::vector<std::uint64_t> transposed_vectors;
  std::set<std::uint32_t> values_read;  ///< by the backward pass
};

/// Places everything in the same order for both programs, so that they agree on the addresses.
struct Prepared {
  ProgramBuilder builder;
  ParameterPlacements parameters;
  TrainingPlan plan;

  Prepared(const ProgramContext& context, const TrainingTask& task)
      : builder(context),
        parameters(place_parameters(builder, task.adapters, context.architecture.training.gradient_bits)),
        plan(builder, task, parameters) {}

  /// Adds a sample's forward and backward pass, of which the latter reads `read_again`.
  Batch add_batch(const TrainingTask& task, const std::set<std::uint32_t>& read_again) {
    ForwardPass forward(builder, parameters, task.adapters, plan.working_weights(), task.trained_adapter, &read_again);
    forward.add();
    const std::size_t forward_steps = builder.steps();
    BackwardPass backward(builder, task, forward, parameters, plan.working_weights(), plan.gradients());
    backward.add();
    return {forward_steps, backward.transposed_vectors(), backward.values_read()};
  }
};

/// The values that a backward pass reads, found out by adding one behind a forward pass that stores all of them.
std::set<std::uint32_t> values_read_again(const ProgramContext& context, const TrainingTask& task) {
  std::set<std::uint32_t> all;
  for (std::uint32_t value = 0; value < context.network.execution_values().size(); ++value) all.insert(value);
  return Prepared(context, task).add_batch(task, all).values_read;
}

}  // namespace

TrainingPrograms training_programs(const ProgramContext& context, const TrainingTask& task) {
  TrainingPrograms programs;
  const std::uint32_t in_flight = context.architecture.sequencer.samples_in_flight;
  {
    Prepared prepared(context, task);
    Batch batch = prepared.add_batch(task, values_read_again(context, task));
    programs.transposed_vectors = std::move(batch.transposed_vectors);
    programs.trained_parameters = prepared.plan.parameters();
    programs.batch = prepared.builder.finish(task.batch_size, in_flight, "training");
    programs.forward = programs.batch;
    programs.forward.steps.resize(prepared.builder.planned_steps(batch.forward_steps));
  }
  Prepared prepared(context, task);
  prepared.plan.add_update(prepared.parameters);
  // It finds its tensors where the batch left them.
  programs.update = prepared.builder.finish(
      1, 1, "the parameter update", uses_off_chip(programs.batch) ? BufferPlan::spilled : BufferPlan::side_by_side);
  return programs;
}

bool training_off_chip(const ProgramContext& context, const TrainingTask& task) {
  if (!context.architecture.off_chip) return false;
  Prepared prepared(context, task);
  prepared.add_batch(task, values_read_again(context, task));
  return prepared.builder.plan(context.architecture.sequencer.samples_in_flight) == BufferPlan::spilled;
}

}  // namespace palimpsest
