#include "sim/run/run_record.hpp"

#include "sim/network/float_network.hpp"
#include "sim/run/accuracy.hpp"

namespace palimpsest {

namespace {

std::vector<UpdateMethod> recorded_methods(const RunSelection& selection) {
  if (selection.rm_rewrite) return {UpdateMethod::adapters, UpdateMethod::rm_rewrite};
  return {UpdateMethod::adapters};
}

}  // namespace

std::string evaluation_name(UpdateMethod update) { return update == UpdateMethod::adapters ? "hybrid" : "rm_rewrite"; }

std::string float_evaluation_name(UpdateMethod update) { return evaluation_name(update) + "_float"; }

std::string bare_evaluation_name(UpdateMethod update) { return evaluation_name(update) + "_without_adapter"; }

std::vector<RecordedEvaluation> recorded_evaluations(const Trace& trace, const RunSelection& selection) {
  std::vector<RecordedEvaluation> evaluations;
  for (std::size_t number = 0; number < trace.phases.size(); ++number) {
    const Phase& phase = trace.phases[number];
    if (!selects(selection, phase)) continue;
    const std::vector<std::uint32_t> forgotten = forgotten_samples(trace, phase);
    for (const UpdateMethod update : recorded_methods(selection)) {
      evaluations.push_back({evaluation_name(update), number, phase.samples});
      evaluations.push_back({float_evaluation_name(update), number, phase.samples});
      if (!forgotten.empty() && !method_of(phase, update).adapters.empty())
        evaluations.push_back({bare_evaluation_name(update), number, forgotten});
    }
  }
  return evaluations;
}

void record_float(const Trace& trace, const RunSelection& selection, const RunRecord& record) {
  for (std::size_t number = 0; number < trace.phases.size(); ++number) {
    const Phase& phase = trace.phases[number];
    if (!selects(selection, phase)) continue;
    for (const UpdateMethod update : recorded_methods(selection)) {
      const std::string name = float_evaluation_name(update);
      const Method& method = method_of(phase, update);
      if (record.outputs) record.outputs(name, number, 0, method.reference);
      if (!record.embeddings) continue;
      const WeightSet& weights = trace.weights.at(method.weights);
      const std::vector<const Adapter*> adapters = adapters_of(trace, method);
      for_each_input(trace.network, trace.test, phase.samples, [&](std::size_t first, const Tensor& input) {
        record.embeddings(name, number, first, float_embeddings(trace.network, weights, adapters, input));
      });
    }
  }
}

}  // namespace palimpsest
