#include "sim/report/run_summary.hpp"

#include <cmath>
#include <limits>

#include "sim/config/json_reader.hpp"
#include "sim/report/json_report.hpp"
#include "sim/report/outcome_statistics.hpp"

namespace palimpsest {

namespace {

/// None if the key is missing or null. Neither energy nor time nor a share is negative.
std::optional<double> figure(JsonReader& reader, const char* key) {
  if (!reader.has(key) || reader.value(key).is_null()) return std::nullopt;
  return reader.number(key, 0.0, std::numeric_limits<double>::max());
}

void read_outcome(JsonReader& inference, MachineSummary& summary) {
  if (inference.has("accuracy")) {
    JsonReader accuracy = inference.object("accuracy");
    summary.retain = figure(accuracy, "retain");
    summary.fresh = figure(accuracy, "new");
    summary.forget = figure(accuracy, "forget");
    summary.forget_without_adapter = figure(accuracy, "forget_without_adapter");
  }
  if (inference.has("error")) {
    JsonReader error = inference.object("error");
    summary.root_mean_square_error = figure(error, "mean_squared_error");
    if (summary.root_mean_square_error) summary.root_mean_square_error = std::sqrt(*summary.root_mean_square_error);
    summary.mean_absolute_error = figure(error, "mean_absolute_error");
  }
  if (inference.has("output_deviation")) {
    JsonReader deviation = inference.object("output_deviation");
    summary.deviation = figure(deviation, "root_mean_square");
    summary.largest_deviation = figure(deviation, "largest");
  }
}

MachineSummary machine_summary(JsonReader machine) {
  MachineSummary summary;
  JsonReader stages = machine.object("stages");
  if (stages.has("training")) {
    JsonReader training = stages.object("training");
    summary.training_joule = figure(training, "energy_per_sample_pass_j");
    summary.training_seconds = figure(training, "seconds_per_sample_pass");
  }
  if (stages.has("deployment")) {
    JsonReader deployment = stages.object("deployment");
    summary.deployment_joule = figure(deployment, "energy_j");
    summary.deployment_seconds = figure(deployment, "seconds");
  }
  if (!stages.has("inference")) return summary;
  JsonReader inference = stages.object("inference");
  summary.inference_joule = figure(inference, "energy_per_sample_j");
  summary.inference_seconds = figure(inference, "seconds_per_sample");
  read_outcome(inference, summary);
  return summary;
}

}  // namespace

RunSummary run_summary(const JsonDocument& report) {
  JsonReader root(report);
  root.schema(run_schema.name, run_schema.version);
  RunSummary summary;
  summary.trace = root.text("trace");
  summary.architecture = root.text("architecture");
  summary.task = read_task_name(root);
  if (!root.value("seed").is_number_unsigned()) root.fail("seed", "expected a whole number of 64 bits");
  summary.seed = root.value("seed").get<std::uint64_t>();
  summary.age_seconds = root.number("age_seconds", 0.0, std::numeric_limits<double>::max());
  for (JsonReader& phase : root.objects("phases")) {
    PhaseSummary entry;
    entry.name = phase.text("name");
    entry.machines[0] = machine_summary(phase);
    if (phase.has("baselines")) {
      JsonReader baselines = phase.object("baselines");
      if (baselines.has("rm_rewrite")) entry.machines[1] = machine_summary(baselines.object("rm_rewrite"));
      if (baselines.has("gpu")) entry.machines[2] = machine_summary(baselines.object("gpu"));
    }
    summary.phases.push_back(std::move(entry));
  }
  return summary;
}

}  // namespace palimpsest
