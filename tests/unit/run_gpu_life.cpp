#include <Eigen/Core>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>

#include "sim/run/chip_work.hpp"
#include "sim/run/gpu_life.hpp"
#include "tests/support/network_builder.hpp"
#include "tests/support/thrown_error.hpp"

using namespace palimpsest;

namespace {

Network layer(bool doubled = false) {
  test::NetworkBuilder builder({2, 4});
  builder.linear(0, 3, "w");
  if (doubled) builder.sum(1, 1);
  return builder.network();
}

/// One layer of 4 inputs and 3 outputs on 2 rows: 24 multiply-accumulates, 8 values in, 6 out, 12 weights.
Trace one_layer() {
  Trace trace;
  trace.network = layer();
  trace.weights["learned"] = {{"w", Eigen::MatrixXf::Constant(3, 4, 0.5F)}};
  Adapter& adapter = trace.adapters["forget"];
  adapter = test::adapter_on(trace.network, {0}, 2);
  trace.labels = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0};
  return trace;
}

Phase ten_samples() {
  Phase phase;
  phase.retain = {0, 1};
  phase.forget = {2};
  phase.samples = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  phase.hybrid.weights = "learned";
  phase.hybrid.reference = Eigen::MatrixXf::Zero(10, 3);
  phase.hybrid.reference.col(0).setOnes();
  return phase;
}

GpuConfig gpu() {
  GpuConfig config;
  config.clock_hz = 2e9;
  config.peak_macs_per_second = 1e9;
  config.memory_bytes_per_second = 1e9;
  config.board_power_watt = 400.0;
  config.idle_power_watt = 100.0;
  config.launch_overhead_s = 5e-6;
  config.bytes_per_value = 4;
  config.inference_batch = 4;
  return config;
}

TrainingRun backbone(Optimizer optimizer) {
  TrainingRun run;
  run.trains_backbone = true;
  run.optimizer = optimizer;
  run.steps = 5;
  run.batch_size = 8;
  return run;
}

/// Time of one kernel on the roofline of `gpu()`.
double kernel_s(double macs, double values) { return std::max(macs / 1e9, 4.0 * values / 1e9); }

/// The layer for a batch.
double layer_s(double batch) { return kernel_s(24 * batch, 14 * batch + 12); }

void check_stage(const StageFigures& stage, double busy_s, double launches) {
  CHECK(stage.seconds == Approx(busy_s + 5e-6 * launches).epsilon(1e-9));
  CHECK(static_cast<double>(stage.cycles) == Approx(2e9 * stage.seconds).margin(0.5));
  REQUIRE(stage.components.size() == 2);
  CHECK(stage.components[0].component == "gpu_busy");
  CHECK(stage.components[0].joule == Approx(400.0 * busy_s).epsilon(1e-9));
  CHECK(stage.components[1].component == "gpu_launch");
  CHECK(stage.components[1].joule == Approx(100.0 * 5e-6 * launches).epsilon(1e-9));
  CHECK(stage.energy_joule == stage.components[0].joule + stage.components[1].joule);
}

}  // namespace

TEST_CASE("GPU inference is one kernel per batch, as long as its memory traffic where that is longer") {
  const PhaseFigures figures = gpu_phase(gpu(), one_layer(), ten_samples());
  CHECK(figures.samples == 10);
  // Ten samples in batches of four are three launches of 96 multiply-accumulates and 68 values each.
  check_stage(figures.inference, 3 * 68 * 4 / 1e9, 3);
  // A sample waits for the batch that it is in.
  CHECK(figures.latency_seconds == Approx(figures.inference.seconds / 3.0));
}

TEST_CASE("GPU inference is as long as its arithmetic where that is longer") {
  GpuConfig config = gpu();
  config.peak_macs_per_second = 1e8;
  check_stage(gpu_phase(config, one_layer(), ten_samples()).inference, 3 * 96 / 1e8, 3);
}

TEST_CASE("A GPU batch holds no more samples than there are") {
  GpuConfig config = gpu();
  config.inference_batch = 64;
  check_stage(gpu_phase(config, one_layer(), ten_samples()).inference, layer_s(10), 1);
}

TEST_CASE("Every GPU operation is a kernel, and one without weights moves its operands and result") {
  Trace trace = one_layer();
  trace.network = layer(true);
  check_stage(gpu_phase(gpu(), trace, ten_samples()).inference, 3 * (layer_s(4) + kernel_s(0, 3 * 6 * 4)), 6);
}

TEST_CASE("A GPU training step is forward, input and weight gradients, and the optimiser") {
  Phase phase = ten_samples();
  phase.hybrid.training = {backbone(Optimizer::sgd)};
  const PhaseFigures sgd = gpu_phase(gpu(), one_layer(), phase);
  check_stage(sgd.training, 5 * (3 * layer_s(8) + kernel_s(12, 3 * 12)), 5 * 4);
  CHECK(sgd.updates == 60);
  phase.hybrid.training = {backbone(Optimizer::adam)};
  check_stage(gpu_phase(gpu(), one_layer(), phase).training, 5 * (3 * layer_s(8) + kernel_s(12, 7 * 12)), 5 * 4);
  phase.hybrid.training = {backbone(Optimizer::sgd)};
  phase.hybrid.training[0].momentum = 0.9;
  check_stage(gpu_phase(gpu(), one_layer(), phase).training, 5 * (3 * layer_s(8) + kernel_s(12, 5 * 12)), 5 * 4);
}

TEST_CASE("GPU training is told run by run as forward, backward and update, which sum to the stage exactly") {
  Phase phase = ten_samples();
  phase.hybrid.training = {backbone(Optimizer::sgd), backbone(Optimizer::adam)};
  phase.hybrid.training[1].steps = 3;
  const PhaseFigures figures = gpu_phase(gpu(), one_layer(), phase);
  REQUIRE(figures.training_runs.size() == 2);
  const TrainingRunFigures& sgd = figures.training_runs[0];
  CHECK(sgd.adapter.empty());
  CHECK(sgd.steps == 5);
  CHECK(sgd.batch_size == 8);
  CHECK(sgd.sample_passes() == 40);
  const auto check_part = [](const TrainingPart& part, double busy_s, double launches) {
    const double launch_s = 5e-6 * launches;
    CHECK(part.seconds == Approx(busy_s + launch_s).epsilon(1e-9));
    CHECK(part.energy_joule == Approx(400.0 * busy_s + 100.0 * launch_s).epsilon(1e-9));
  };
  check_part(sgd.forward, 5 * layer_s(8), 5);
  check_part(sgd.backward, 5 * 2 * layer_s(8), 10);
  check_part(sgd.update, 5 * kernel_s(12, 3 * 12), 5);
  check_part(figures.training_runs[1].update, 3 * kernel_s(12, 7 * 12), 3);
  TrainingPart whole = figures.training_runs[1].whole();
  whole += sgd.whole();
  CHECK(whole.energy_joule == figures.training.energy_joule);
  CHECK(whole.cycles == figures.training.cycles);
  CHECK(figures.steps() == 8);
  CHECK(figures.sample_passes() == 64);
  CHECK(figures.array_updates.cycles == 0);
}

TEST_CASE("GPU training runs add up") {
  Phase phase = ten_samples();
  phase.hybrid.training = {backbone(Optimizer::sgd), backbone(Optimizer::sgd)};
  phase.hybrid.training[1].steps = 2;
  const PhaseFigures figures = gpu_phase(gpu(), one_layer(), phase);
  check_stage(figures.training, 7 * (3 * layer_s(8) + kernel_s(12, 3 * 12)), 7 * 4);
  CHECK(figures.updates == 84);
}

TEST_CASE("Training an adapter on the GPU takes gradients of its two matrices and updates its parameters alone") {
  Phase phase = ten_samples();
  phase.hybrid.adapters = {"forget"};
  TrainingRun run = backbone(Optimizer::sgd);
  run.trains_backbone = false;
  run.adapter = "forget";
  phase.hybrid.training = {run};
  const PhaseFigures figures = gpu_phase(gpu(), one_layer(), phase);
  // A: 2 x 4 on 16 rows. B: 3 x 2 on 16 rows, its result added to the layer's.
  const double products_s = kernel_s(16 * 8, 16 * (4 + 2) + 8) + kernel_s(16 * 6, 16 * (2 + 3 + 3) + 6);
  check_stage(figures.training, 5 * (2 * layer_s(8) + 3 * products_s + kernel_s(14, 3 * 14)), 5 * (3 + 3 + 2 + 1));
  CHECK(figures.updates == 70);
}

TEST_CASE("GPU deployment merges adapters into the weights, once") {
  Phase phase = ten_samples();
  phase.hybrid.adapters = {"forget"};
  const PhaseFigures figures = gpu_phase(gpu(), one_layer(), phase);
  // B A: 12 weights from rank 2; weights read and written, A and B read.
  check_stage(figures.deployment, kernel_s(24, 2 * 12 + 8 + 6), 1);
  // Inference runs the plain network.
  check_stage(figures.inference, 3 * layer_s(4), 3);
}

TEST_CASE("A GPU without adapters or training has nothing to deploy or train") {
  const PhaseFigures figures = gpu_phase(gpu(), one_layer(), ten_samples());
  check_stage(figures.deployment, 0.0, 0);
  check_stage(figures.training, 0.0, 0);
  CHECK(figures.updates == 0);
}

TEST_CASE("The GPU answers with the trace's float outputs, and cannot drop a merged adapter") {
  const PhaseFigures figures = gpu_phase(gpu(), one_layer(), ten_samples());
  CHECK(figures.outcome.all == Approx(0.4));
  CHECK(figures.outcome.retain == Approx(4.0 / 7.0));
  CHECK(figures.outcome.forget == 0.0);
  CHECK(figures.outcome.forget_without_adapter == 0.0);
  CHECK(figures.float_outcome.all == Approx(0.4));
}

TEST_CASE("The GPU writes no resistive memory") {
  const PhaseFigures figures = gpu_phase(gpu(), one_layer(), ten_samples());
  CHECK(figures.inference.writes.rm_cells == 0);
  CHECK(figures.wear.largest_pulse_count == 0);
}

TEST_CASE("At its peak rate the GPU spends board power on multiply-accumulates alone") {
  CHECK(gpu_inference_at_peak_joule(gpu(), one_layer(), ten_samples()) == Approx(24 * 10 * 400.0 / 1e9));
}

TEST_CASE("A GPU of more cycles than can be counted is refused") {
  Trace trace = one_layer();
  Phase phase = ten_samples();
  phase.hybrid.training = {backbone(Optimizer::sgd)};
  GpuConfig slow = gpu();
  slow.clock_hz = 1e11;
  slow.memory_bytes_per_second = 1.0;
  phase.hybrid.training[0].steps = 100;
  CHECK(gpu_phase(slow, trace, phase).training.seconds > 0.0);
  phase.hybrid.training[0].steps = 1'000'000;
  const test::ThrownError error = test::thrown_error([&] { gpu_phase(slow, trace, phase); });
  CHECK(error.code == ExitCode::usage_or_architecture);
  CHECK_THAT(error.text, Catch::StartsWith("/baselines/gpu: a stage takes "));
}

TEST_CASE("Nor may its runs be more together") {
  Trace trace = one_layer();
  Phase phase = ten_samples();
  GpuConfig slow = gpu();
  slow.clock_hz = 1e11;
  slow.memory_bytes_per_second = 1.0;
  // Forward and backward pass of a run are 2e18 cycles or so.
  phase.hybrid.training = {backbone(Optimizer::sgd)};
  phase.hybrid.training[0].steps = 12'000;
  CHECK(gpu_phase(slow, trace, phase).training.cycles < most_counted);
  phase.hybrid.training.resize(9, phase.hybrid.training[0]);
  CHECK(test::thrown_error([&] { gpu_phase(slow, trace, phase); }).code == ExitCode::usage_or_architecture);
}

TEST_CASE("A GPU moves an image, a kernel and the result of a convolution, wherever the chip computes it") {
  for (const auto place : {DepthwiseConvolutions::vector_unit, DepthwiseConvolutions::tiles}) {
    test::NetworkBuilder builder({2, 4, 5}, place);
    builder.conv2d(0, "w", {4, 1, 3, 2}, 2);
    Trace trace = one_layer();
    trace.network = builder.network();
    trace.weights["learned"] = {{"w", Eigen::MatrixXf::Zero(4, 6)}};
    Phase phase = ten_samples();
    phase.hybrid.training = {backbone(Optimizer::sgd)};
    const PhaseFigures figures = gpu_phase(gpu(), trace, phase);
    // [4, 2, 4] elements of 6 multiply-accumulates each.
    const auto convolution_s = [](double batch) { return kernel_s(192 * batch, (40 + 32) * batch + 24); };
    check_stage(figures.inference, 3 * convolution_s(4), 3);
    check_stage(figures.training, 5 * (3 * convolution_s(8) + kernel_s(24, 3 * 24)), 5 * 4);
  }
}

TEST_CASE("A GPU computes the gradients of both factors of a product") {
  test::NetworkBuilder builder({2, 3});
  builder.add("matmul", {0, builder.transpose(0)});
  Trace trace = one_layer();
  trace.network = builder.network();
  trace.weights["learned"] = {};
  Phase phase = ten_samples();
  phase.hybrid.training = {backbone(Optimizer::sgd)};
  const PhaseFigures figures = gpu_phase(gpu(), trace, phase);
  const double product_s = kernel_s(12 * 8, 16 * 8);
  const double permuted_s = kernel_s(0, 12 * 8);
  check_stage(figures.training, 5 * (2 * permuted_s + 3 * product_s), 5 * 6);
}
