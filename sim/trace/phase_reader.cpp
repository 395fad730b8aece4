#include "sim/trace/phase_reader.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "sim/trace/task_reader.hpp"

namespace palimpsest {
namespace {

void read_classes(JsonReader reader, const Trace& trace, Phase& phase) {
  std::set<std::int64_t> classes;
  const auto read = [&](const char* key) {
    std::vector<std::int64_t> list = reader.integers(key, 0, std::int64_t{outputs_of_sample(trace)} - 1);
    for (const std::int64_t number : list)
      if (!classes.insert(number).second)
        reader.fail(key, "expected each class once, got " + std::to_string(number) + " again");
    return list;
  };
  phase.retain = read("retain");
  phase.forget = read("forget");
  phase.fresh = read("new");
  reader.finish();
  for (std::uint32_t sample = 0; sample < trace.test.samples; ++sample)
    if (classes.count(trace.labels[sample]) != 0) phase.samples.push_back(sample);
}

std::vector<std::uint32_t> read_indices(const std::string& tensor, const Trace& trace, Safetensors& tensors) {
  std::vector<std::uint32_t> samples;
  for (const std::int64_t index : tensors.integers(tensor, tensors.shape(tensor, TensorType::i64, 1))) {
    const std::int64_t least = samples.empty() ? 0 : std::int64_t{samples.back()} + 1;
    if (index < least || index >= trace.test.samples)
      tensors.fail(tensor, "expected rising numbers of test samples, 0.." + std::to_string(trace.test.samples - 1) +
                               ", got " + std::to_string(index));
    samples.push_back(static_cast<std::uint32_t>(index));
  }
  if (samples.empty()) tensors.fail(tensor, "expected at least one sample");
  return samples;
}

/// The samples that the phase is tested on.
void read_test_samples(JsonReader& reader, const Trace& trace, Phase& phase, Safetensors& tensors) {
  if (trace.task == TaskKind::classify) {
    read_classes(reader.object("classes"), trace, phase);
    if (phase.samples.empty()) reader.fail("classes", "expected classes with at least one test sample");
  } else if (reader.has("samples")) {
    phase.samples = read_indices(reader.text("samples"), trace, tensors);
  } else {
    phase.samples.resize(trace.test.samples);
    std::iota(phase.samples.begin(), phase.samples.end(), 0U);
  }
}

void check_adapter(const JsonReader& reader, const char* key, const std::string& name, const Trace& trace) {
  if (trace.adapters.count(name) == 0) reader.fail(key, "expected the name of an adapter, got " + name);
}

TrainingRun read_training_run(JsonReader reader, const Method& method) {
  TrainingRun run;
  run.trains_backbone = reader.choice<bool>("trains", {{"backbone", true}, {"adapter", false}});
  if (!run.trains_backbone) {
    run.adapter = reader.text("adapter");
    if (std::find(method.adapters.begin(), method.adapters.end(), run.adapter) == method.adapters.end())
      reader.fail("adapter", "expected one of the method's adapters, got " + run.adapter);
  }
  run.optimizer = reader.choice<Optimizer>("optimizer", {{"sgd", Optimizer::sgd}, {"adam", Optimizer::adam}});
  if (run.optimizer == Optimizer::sgd && reader.has("momentum")) {
    run.momentum = reader.number("momentum", 0.0, 1.0);
    if (run.momentum >= 1.0) reader.fail("momentum", "expected less than 1, got 1");
  }
  run.steps = reader.integer<std::uint64_t>("steps", 1, 1'000'000'000);
  run.batch_size = reader.integer<std::uint32_t>("batch_size", 1, 1'000'000);
  reader.finish();
  return run;
}

Method read_method(JsonReader reader, const Trace& trace, std::size_t samples, Safetensors& tensors) {
  Method method;
  method.weights = reader.text("weights");
  if (trace.weights.count(method.weights) == 0)
    reader.fail("weights", "expected the name of a weight set, got " + method.weights);
  method.adapters = reader.texts("adapters");
  for (const std::string& name : method.adapters) {
    check_adapter(reader, "adapters", name, trace);
    if (std::count(method.adapters.begin(), method.adapters.end(), name) > 1)
      reader.fail("adapters", "expected each adapter once, got " + name + " again");
  }
  for (const JsonReader& run : reader.objects("training")) method.training.push_back(read_training_run(run, method));
  method.reference = read_outputs(reader.text("reference"), samples, trace, tensors);
  reader.finish();
  return method;
}

}  // namespace

Phase read_phase(JsonReader reader, const Trace& trace, Safetensors& tensors) {
  Phase phase;
  phase.name = reader.text("name");
  read_test_samples(reader, trace, phase, tensors);
  phase.hybrid = read_method(reader.object("hybrid"), trace, phase.samples.size(), tensors);
  phase.rewrite = read_method(reader.object("rewrite"), trace, phase.samples.size(), tensors);
  reader.finish();
  return phase;
}

}  // namespace palimpsest
