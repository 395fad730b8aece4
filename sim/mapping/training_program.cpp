#include "sim/mapping/training_program.hpp"

#include "sim/mapping/backward_pass.hpp"

namespace palimpsest {

namespace {

// Elementary operations (adds, multiply-accumulates, lookups, moves) of one parameter's update.
constexpr VectorOperations sgd_operations{0, 1, 0, 0};
// The velocity, which SGD then takes in place of the gradient.
constexpr VectorOperations momentum_operations{0, 1, 0, 0};
// Two moments (four), two bias corrections; root and division by table and a step of Newton's method; the step.
constexpr VectorOperations adam_operations{0, 10, 2, 0};

/// A tensor that is trained: the copy that products use (null if it is in the arrays), its gradient, and what the
/// optimiser keeps: master parameters, velocity or moments.
struct TrainedTensor {
  const Placement* working = nullptr;
  Placement gradient;
  std::vector<Placement> state;
};

class TrainingPlan {
 public:
  TrainingPlan(ProgramBuilder& builder, const TrainingTask& task, const ParameterPlacements& parameters)
      : builder_(builder), task_(task) {
    if (task.trained_adapter != nullptr) {
      for (const auto& layer : task.trained_adapter->layers) {
        const auto& pair = parameters.pairs.at({task.trained_adapter, layer.first});
        gradients_.pairs[layer.first] = {train(&pair.a, pair.a.rows, layer.second.a.cols()),
                                         train(&pair.b, pair.b.rows, layer.second.b.cols())};
      }
      return;
    }
    const Network& network = builder.context().network;
    for (const Operation& operation : network.operations) {
      if (operation.kind == OperationKind::linear) train_weight(operation, network.shape(operation.inputs[0]).columns);
      for (const std::string& name : {operation.bias, operation.gain}) {
        if (name.empty() || gradients_.backbone.count(name) != 0) continue;
        gradients_.backbone[name] = train(&parameters.vectors.at(name), 1, operation.output.columns);
      }
    }
  }

  const GradientPlacements& gradients() const { return gradients_; }
  const std::map<std::string, Placement>& working_weights() const { return working_weights_; }
  std::uint64_t parameters() const { return parameters_; }

  void add_update() const {
    const VectorUnitConfig& unit = builder_.context().architecture.vector_unit;
    for (const TrainedTensor& tensor : tensors_) {
      VectorJob job;
      job.vectors = tensor.gradient.rows;
      job.fetches = {tensor.gradient.row()};
      job.drains = {tensor.gradient.row()};  // back to zero for the next batch
      for (const Placement& state : tensor.state) {
        job.fetches.push_back(state.row());
        job.drains.push_back(state.row());
      }
      if (tensor.working != nullptr) job.drains.push_back(tensor.working->row());
      const std::uint64_t columns = tensor.gradient.row_bytes / state_bytes();
      job.operations_per_vector = operations_per_parameter() * columns;
      job.cycles_per_vector = vector_cycles(unit, job.operations_per_vector);
      builder_.add(job, {});
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

  Placement train(const Placement* working, std::uint32_t rows, Eigen::Index columns) {
    const auto width = static_cast<std::uint32_t>(columns);
    TrainedTensor tensor;
    tensor.working = working;
    tensor.gradient = builder_.layout().fixed(rows, width, state_bits());
    const std::uint32_t copies = optimizer_tensors(task_.optimizer, task_.has_momentum);
    for (std::uint32_t copy = 0; copy < copies; ++copy) {
      tensor.state.push_back(builder_.layout().fixed(rows, width, state_bits()));
    }
    parameters_ += std::uint64_t{rows} * width;
    tensors_.push_back(tensor);
    return tensor.gradient;
  }

  void train_weight(const Operation& operation, std::uint32_t inputs) {
    if (gradients_.backbone.count(operation.weight) != 0) return;
    const std::uint32_t outputs = operation.output.columns;
    const Placement* working = nullptr;
    if (!task_.backbone_in_arrays) {
      const int bits = builder_.context().architecture.training.gradient_bits;
      working =
          &working_weights_.emplace(operation.weight, builder_.layout().fixed(outputs, inputs, bits)).first->second;
    }
    gradients_.backbone[operation.weight] = train(working, outputs, inputs);
  }

  ProgramBuilder& builder_;
  const TrainingTask& task_;
  GradientPlacements gradients_;
  std::map<std::string, Placement> working_weights_;
  std::vector<TrainedTensor> tensors_;
  std::uint64_t parameters_ = 0;
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

  /// Adds a sample's forward and backward pass; returns the steps of the forward pass.
  std::size_t add_batch(const TrainingTask& task, std::vector<std::uint64_t>& transposed_vectors) {
    const ForwardPass forward =
        add_forward_pass(builder, parameters, task.adapters, plan.working_weights(), task.trained_adapter);
    const std::size_t forward_steps = builder.steps();
    BackwardPass backward(builder, task, forward, parameters, plan.working_weights(), plan.gradients());
    backward.add();
    transposed_vectors = backward.transposed_vectors();
    return forward_steps;
  }
};

}  // namespace

TrainingPrograms training_programs(const ProgramContext& context, const TrainingTask& task) {
  TrainingPrograms programs;
  const std::uint32_t in_flight = context.architecture.sequencer.samples_in_flight;
  {
    Prepared prepared(context, task);
    const std::size_t forward_steps = prepared.add_batch(task, programs.transposed_vectors);
    programs.trained_parameters = prepared.plan.parameters();
    programs.batch = prepared.builder.finish(task.batch_size, in_flight, "training");
    programs.forward = programs.batch;
    programs.forward.steps.resize(prepared.builder.planned_steps(forward_steps));
  }
  Prepared prepared(context, task);
  prepared.plan.add_update();
  // It finds its tensors where the batch left them.
  programs.update = prepared.builder.finish(
      1, 1, "the parameter update", uses_off_chip(programs.batch) ? BufferPlan::spilled : BufferPlan::side_by_side);
  return programs;
}

bool training_off_chip(const ProgramContext& context, const TrainingTask& task) {
  if (!context.architecture.off_chip) return false;
  Prepared prepared(context, task);
  std::vector<std::uint64_t> ignored;
  prepared.add_batch(task, ignored);
  return prepared.builder.plan(context.architecture.sequencer.samples_in_flight) == BufferPlan::spilled;
}

}  // namespace palimpsest
