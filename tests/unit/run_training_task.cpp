#include <catch2/catch.hpp>
#include <vector>

#include "sim/run/training_task.hpp"
#include "tests/support/small_trace.hpp"

using namespace palimpsest;

TEST_CASE("What a training run trains is what the trace says of it") {
  Trace trace = test::read_small_trace();
  trace.adapters["other"] = trace.adapters.at("forget");
  Method& method = trace.phases[1].hybrid;
  method.adapters.insert(method.adapters.begin(), "other");
  TrainingRun run = method.training.at(0);
  const TrainingTask adapter = training_task(trace, method, run, false);
  CHECK(adapter.trained_adapter == &trace.adapters.at("forget"));
  CHECK(adapter.adapters == std::vector<const Adapter*>{&trace.adapters.at("other"), &trace.adapters.at("forget")});
  CHECK(adapter.optimizer == Optimizer::sgd);
  CHECK(adapter.has_momentum);
  CHECK(adapter.batch_size == 2);
  CHECK_FALSE(adapter.backbone_in_arrays);
  run.momentum = 0.0;
  CHECK_FALSE(training_task(trace, method, run, false).has_momentum);
  CHECK(adapter.task == TaskKind::classify);
  trace.task = TaskKind::score;
  CHECK(training_task(trace, method, run, false).task == TaskKind::score);

  // The backbone trains without the method's adapters.
  const TrainingTask backbone = training_task(trace, method, trace.phases[0].hybrid.training.at(0), true);
  CHECK(backbone.trained_adapter == nullptr);
  CHECK(backbone.adapters.empty());
  CHECK(backbone.optimizer == Optimizer::adam);
  CHECK_FALSE(backbone.has_momentum);
  CHECK(backbone.batch_size == 4);
  CHECK(backbone.backbone_in_arrays);
}
