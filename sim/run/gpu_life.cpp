#include "sim/run/gpu_life.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>

#include "models/physics/clock.hpp"
#include "sim/error.hpp"
#include "sim/run/chip_work.hpp"
#include "sim/run/outcome_tally.hpp"
#include "sim/run/training_figures.hpp"

namespace palimpsest {

namespace {

std::uint64_t cycles_of(const GpuConfig& gpu, double seconds) {
  const double cycles = seconds * gpu.clock_hz;
  if (cycles > static_cast<double>(most_counted)) {
    std::ostringstream text;
    text << "/baselines/gpu: a stage takes " << cycles << " cycles, at most " << most_counted << " are counted";
    throw UserError(ExitCode::usage_or_architecture, text.str());
  }
  return static_cast<std::uint64_t>(std::llround(cycles));
}

/// Kernels on the GPU: time spent computing or moving data, and launches.
class Roofline {
 public:
  explicit Roofline(const GpuConfig& gpu) : gpu_(gpu) {}

  void kernel(double macs, double values_moved) {
    busy_s_ +=
        std::max(macs / gpu_.peak_macs_per_second, values_moved * gpu_.bytes_per_value / gpu_.memory_bytes_per_second);
    ++launches_;
  }

  StageFigures figures(double repetitions) const {
    const double launch_s = static_cast<double>(launches_) * gpu_.launch_overhead_s;
    StageFigures stage;
    stage.seconds = (busy_s_ + launch_s) * repetitions;
    stage.cycles = cycles_of(gpu_, stage.seconds);
    set_energy(stage, {{"gpu_busy", busy_s_ * repetitions * gpu_.board_power_watt},
                       {"gpu_launch", launch_s * repetitions * gpu_.idle_power_watt}});
    return stage;
  }

 private:
  const GpuConfig& gpu_;
  double busy_s_ = 0.0;
  std::uint64_t launches_ = 0;
};

struct LinearSize {
  double inputs, outputs, rows;
};

LinearSize size_of(const ArrayProduct& product) {
  return {static_cast<double>(product.inputs), static_cast<double>(product.outputs),
          static_cast<double>(product.vectors)};
}

double elements_of(const std::vector<Shape>& shapes) {
  double elements = 0.0;
  for (const Shape& shape : shapes) elements += static_cast<double>(shape.elements());
  return elements;
}

/// Inputs, weight and outputs are moved once; a convolution finds its windows in the image.
void operation_kernel(Roofline& roofline, const Operation& operation, double batch) {
  if (operation.is_view()) return;
  const double moved = elements_of(operation.input_shapes()) + elements_of(operation.output_shapes());
  roofline.kernel(static_cast<double>(operation.macs()) * batch,
                  moved * batch + static_cast<double>(operation.weight_elements()));
}

void adapter_products(Roofline& roofline, const Operation& operation, const Adapter& adapter, double batch) {
  const ArrayProduct& product = *operation.array_product();
  const LinearSize size = size_of(product);
  const double rank = adapter.layers.at(product.layer).rank();
  roofline.kernel(batch * size.rows * size.inputs * rank,
                  batch * (elements_of(operation.input_shapes()) + size.rows * rank) + size.inputs * rank);
  // B's product is added to the layer's output: read, and written again.
  roofline.kernel(batch * size.rows * size.outputs * rank,
                  batch * size.rows * (2 * size.outputs + rank) + size.outputs * rank);
}

/// One kernel per operation that is not a view and two per adapted layer: the forward pass, and just as well the
/// gradients of an input of each.
void pass(Roofline& roofline, const Network& network, const std::vector<const Adapter*>& adapters, double batch) {
  for (const Execution& execution : network.executions()) {
    const Operation& operation = *execution.operation;
    operation_kernel(roofline, operation, batch);
    const ArrayProduct* product = operation.array_product();
    if (product == nullptr) continue;
    for (const Adapter* adapter : adapters) {
      if (adapter->layers.count(product->layer) != 0) adapter_products(roofline, operation, *adapter, batch);
    }
  }
}

/// Where both factors of a product are values, the gradient of the second is another product.
void second_input_gradients(Roofline& roofline, const Network& network, double batch) {
  for (const Execution& execution : network.executions()) {
    const Operation& operation = *execution.operation;
    if (operation.macs() > 0 && operation.inputs().size() > 1) operation_kernel(roofline, operation, batch);
  }
}

/// Gradients of the trained matrices: kernels of the size of their products.
void weight_gradients(Roofline& roofline, const Network& network, const Adapter* trained, double batch) {
  for (const Execution& execution : network.executions()) {
    const Operation& operation = *execution.operation;
    const ArrayProduct* product = operation.array_product();
    if (trained == nullptr) {
      if (operation.weight_elements() > 0) operation_kernel(roofline, operation, batch);
    } else if (product != nullptr && trained->layers.count(product->layer) != 0) {
      adapter_products(roofline, operation, *trained, batch);
    }
  }
}

double parameters_of(const WeightSet& weights, const Adapter* adapter) {
  double parameters = 0.0;
  if (adapter == nullptr) {
    for (const auto& entry : weights) parameters += static_cast<double>(entry.second.size());
    return parameters;
  }
  for (const auto& [layer, pair] : adapter->layers) parameters += static_cast<double>(pair.a.size() + pair.b.size());
  return parameters;
}

void train(const GpuConfig& gpu, const Trace& trace, const Method& method, PhaseFigures& figures) {
  const std::vector<const Adapter*> adapters = adapters_of(trace, method);
  std::vector<PricedRun> runs;
  figures.training = Roofline(gpu).figures(0.0);
  for (const TrainingRun& run : method.training) {
    const Adapter* trained = run.trains_backbone ? nullptr : &trace.adapters.at(run.adapter);
    const std::vector<const Adapter*> in_use = run.trains_backbone ? std::vector<const Adapter*>{} : adapters;
    const double parameters = parameters_of(trace.weights.at(method.weights), trained);
    Roofline forward(gpu);
    pass(forward, trace.network, in_use, run.batch_size);
    Roofline backward(gpu);
    pass(backward, trace.network, in_use, run.batch_size);
    second_input_gradients(backward, trace.network, run.batch_size);
    weight_gradients(backward, trace.network, trained, run.batch_size);
    // The optimiser reads gradient and state and writes state: one fused kernel.
    Roofline update(gpu);
    update.kernel(parameters, parameters * (1.0 + 2.0 * optimizer_tensors(run.optimizer, run.momentum > 0.0)));
    const auto steps = static_cast<double>(run.steps);
    runs.push_back({run.adapter, run.steps, run.batch_size, forward.figures(steps), backward.figures(steps),
                    update.figures(steps)});
    for (const StageFigures* part : {&runs.back().forward, &runs.back().backward, &runs.back().update}) {
      figures.training.cycles += part->cycles;
      figures.training.seconds += part->seconds;
      cycles_of(gpu, figures.training.seconds);  // refuses a sum that cannot be counted
    }
    figures.updates += static_cast<std::uint64_t>(parameters) * run.steps;
  }
  set_training(figures, std::move(runs), Roofline(gpu).figures(0.0));
}

}  // namespace

PhaseFigures gpu_phase(const GpuConfig& gpu, const Trace& trace, const Phase& phase) {
  const Method& method = phase.hybrid;
  PhaseFigures figures;
  train(gpu, trace, method, figures);

  Roofline merge(gpu);
  for (const Adapter* adapter : adapters_of(trace, method)) {
    for (const Operation* operation : adapted_operations(trace.network, *adapter)) {
      const LinearSize size = size_of(*operation->array_product());
      const double rank = adapter->layers.at(operation->array_product()->layer).rank();
      merge.kernel(size.inputs * size.outputs * rank,
                   2 * size.inputs * size.outputs + rank * (size.inputs + size.outputs));
    }
  }
  figures.deployment = merge.figures(1.0);

  figures.samples = phase.samples.size();
  const double batch = std::min<double>(gpu.inference_batch, static_cast<double>(figures.samples));
  Roofline inference(gpu);
  pass(inference, trace.network, {}, batch);
  figures.inference =
      inference.figures(static_cast<double>(ceil_div(figures.samples, static_cast<std::uint64_t>(batch))));
  figures.latency_seconds = inference.figures(1.0).seconds;
  figures.outcome = float_outcome(trace, phase, method.reference);
  // Merged adapters cannot be dropped.
  figures.outcome.forget_without_adapter = figures.outcome.forget;
  figures.float_outcome = figures.outcome;
  return figures;
}

double gpu_inference_at_peak_joule(const GpuConfig& gpu, const Trace& trace, const Phase& phase) {
  double macs = 0.0;
  for (const Execution& execution : trace.network.executions())
    macs += static_cast<double>(execution.operation->macs());
  return macs * static_cast<double>(phase.samples.size()) * gpu.board_power_watt / gpu.peak_macs_per_second;
}

}  // namespace palimpsest
