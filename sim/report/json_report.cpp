#include "sim/report/json_report.hpp"

#include <utility>

#include "sim/report/json_parts.hpp"
#include "sim/report/outcome_statistics.hpp"
#include "sim/report/provenance_parts.hpp"
#include "sim/report/statistics.hpp"

namespace palimpsest {

namespace {

template <class Owner, class Table>
Json members(const Owner& owner, const Table& table) {
  Json json = Json::object();
  for (const auto& statistic : table) json[std::string(statistic.name)] = owner.*statistic.member;
  return json;
}

Json stage_json(const StageFigures& stage) {
  Json json = Json::object();
  json[std::string(energy_statistic.name)] = stage.energy_joule;
  json[std::string(active_energy_statistic.name)] = active_energy_joule(stage);
  json[std::string(cycles_statistic.name)] = stage.cycles;
  json[std::string(seconds_statistic.name)] = stage.seconds;
  json[std::string(memory_wait_statistic.name)] = stage.memory_wait_cycles;
  Json components = Json::object();
  for (const NamedEnergy& energy : stage.components) components[std::string(energy.component)] = energy.joule;
  json["components"] = components;
  json["dissipated_j"] = members(stage.dissipated, dissipation_statistics);
  json["conversions"] = members(stage.conversions, conversion_statistics);
  json["writes"] = members(stage.writes, write_statistics);
  json["sram"] = members(stage.sram, buffer_statistics);
  json["off_chip"] = members(stage.off_chip, off_chip_statistics);
  return json;
}

Json wear_json(const Wear& wear) {
  return {{cells_statistic.name, wear.cells},
          {pulse_count_statistic.name, wear.largest_pulse_count},
          {mean_pulse_count_statistic.name, wear.mean_pulse_count},
          {endurance_statistic.name, wear.endurance_share},
          {past_endurance_statistic.name, wear.cells_past_endurance},
          {rounds_left_statistic.name, wear.rounds_left ? Json(*wear.rounds_left) : Json(nullptr)},
          {least_rounds_left_statistic.name, wear.least_rounds_left ? Json(*wear.least_rounds_left) : Json(nullptr)},
          {cell_age_statistic.name, wear.mean_age_seconds}};
}

Json quotient_json(double total, std::uint64_t count) {
  return count == 0 ? Json(nullptr) : Json(total / static_cast<double>(count));
}

/// Adds the work of a training, and energy and time of each step and pass. `whole`: its energy and time.
void add_work(Json& json, const TrainingPart& whole, std::uint64_t steps, std::uint64_t passes) {
  json[std::string(steps_statistic.name)] = steps;
  json[std::string(sample_passes_statistic.name)] = passes;
  json[std::string(energy_per_step_statistic.name)] = quotient_json(whole.energy_joule, steps);
  json[std::string(energy_per_pass_statistic.name)] = quotient_json(whole.energy_joule, passes);
  json[std::string(seconds_per_pass_statistic.name)] = quotient_json(whole.seconds, passes);
}

/// `passes`: of the run, or of all runs.
Json part_json(const TrainingPart& part, std::uint64_t passes) {
  return {{energy_statistic.name, part.energy_joule},
          {cycles_statistic.name, part.cycles},
          {seconds_statistic.name, part.seconds},
          {energy_per_pass_statistic.name, quotient_json(part.energy_joule, passes)}};
}

Json training_run_json(const TrainingRunFigures& run) {
  const bool backbone = run.adapter.empty();
  Json json = {{trains_statistic.name, backbone ? "backbone" : "adapter"},
               {adapter_statistic.name, backbone ? Json(nullptr) : Json(run.adapter)},
               {batch_size_statistic.name, run.batch_size}};
  const TrainingPart whole = run.whole();
  json[std::string(energy_statistic.name)] = whole.energy_joule;
  json[std::string(cycles_statistic.name)] = whole.cycles;
  json[std::string(seconds_statistic.name)] = whole.seconds;
  add_work(json, whole, run.steps, run.sample_passes());
  for (const RunPart& part : run_parts) {
    json["parts"][std::string(part.statistic.name)] = part_json(run.*part.member, run.sample_passes());
  }
  return json;
}

Json training_json(const PhaseFigures& figures) {
  Json json = stage_json(figures.training);
  json[std::string(updates_statistic.name)] = figures.updates;
  add_work(json, training_part(figures.training), figures.steps(), figures.sample_passes());
  json["parts"] = Json::object();
  for (const RunPart& part : run_parts) {
    json["parts"][std::string(part.statistic.name)] =
        part_json(sum_of_runs(figures, part.member), figures.sample_passes());
  }
  json["parts"][std::string(array_updates_statistic.name)] = part_json(figures.array_updates, figures.sample_passes());
  json["runs"] = Json::array();
  for (const TrainingRunFigures& run : figures.training_runs) json["runs"].push_back(training_run_json(run));
  return json;
}

/// The outcome at the task, with the accuracies of classes by themselves.
Json task_json(const Outcome& outcome, TaskKind task) {
  Json json = outcome_json(outcome, statistics_of(task).statistics);
  if (task != TaskKind::classify) return json;
  Json& by_class = json[std::string(by_class_statistic.name)] = Json::object();
  for (const auto& [number, share] : outcome.by_class)
    by_class[std::to_string(number)] = share ? Json(*share) : Json(nullptr);
  return json;
}

Json inference_json(const PhaseFigures& figures, TaskKind task) {
  Json json = stage_json(figures.inference);
  json[std::string(samples_statistic.name)] = figures.samples;
  json[std::string(energy_per_sample_statistic.name)] = quotient_json(figures.inference.energy_joule, figures.samples);
  json[std::string(seconds_per_sample_statistic.name)] = quotient_json(figures.inference.seconds, figures.samples);
  json[std::string(latency_statistic.name)] = figures.latency_seconds;
  const TaskStatistics& statistics = statistics_of(task);
  json[std::string(statistics.name)] = task_json(figures.outcome, task);
  if (!statistics.float_name.empty()) json[std::string(statistics.float_name)] = task_json(figures.float_outcome, task);
  const TaskStatistics& deviation = statistics_of(TaskKind::score);
  json[std::string(deviation.name)] = outcome_json(figures.outcome, deviation.statistics);
  json["saturated"] = members(figures.activity, saturation_statistics);
  for (const auto& [weight, inputs] : figures.activity.inputs)
    json[std::string(active_inputs_statistic.name)][weight] =
        quotient_json(static_cast<double>(inputs.active), inputs.codes);
  return json;
}

Json machine_json(const PhaseFigures& figures, const RunReport& report) {
  const RunStages& stages = report.selection.stages;
  Json json = Json::object();
  json["stages"] = Json::object();
  if (stages.training) json["stages"]["training"] = training_json(figures);
  if (stages.deployment) json["stages"]["deployment"] = stage_json(figures.deployment);
  if (stages.inference) json["stages"]["inference"] = inference_json(figures, report.task);
  json["wear"] = wear_json(figures.wear);
  return json;
}

Json run_descriptions(TaskKind task) {
  Json json = Json::object();
  describe(json, "",
           std::array{age_statistic,
                      energy_statistic,
                      active_energy_statistic,
                      cycles_statistic,
                      seconds_statistic,
                      memory_wait_statistic,
                      updates_statistic,
                      trains_statistic,
                      adapter_statistic,
                      steps_statistic,
                      batch_size_statistic,
                      sample_passes_statistic,
                      energy_per_step_statistic,
                      energy_per_pass_statistic,
                      seconds_per_pass_statistic,
                      samples_statistic,
                      energy_per_sample_statistic,
                      seconds_per_sample_statistic,
                      latency_statistic,
                      active_inputs_statistic});
  for (const RunPart& part : run_parts) describe(json, "parts.", std::array{part.statistic});
  describe(json, "parts.", std::array{array_updates_statistic});
  for (const ComponentDescription& component : component_descriptions()) {
    json["components." + std::string(component.name)] = {{"unit", "J"}, {"meaning", component.meaning}};
  }
  json["components.gpu_busy"] = {{"unit", "J"}, {"meaning", "GPU computing or moving data, at board power"}};
  json["components.gpu_launch"] = {{"unit", "J"}, {"meaning", "GPU waiting for kernels to be launched, at idle power"}};
  describe(json, "dissipated_j.", dissipation_statistics);
  describe(json, "conversions.", conversion_statistics);
  describe(json, "writes.", write_statistics);
  describe(json, "sram.", buffer_statistics);
  describe(json, "off_chip.", off_chip_statistics);
  describe_outcome(json, task);
  if (task == TaskKind::classify) describe(json, "accuracy.", std::array{by_class_statistic});
  if (task != TaskKind::score) describe_outcome(json, TaskKind::score);
  describe(json, "saturated.", saturation_statistics);
  describe(
      json, "wear.",
      std::array{cells_statistic, pulse_count_statistic, mean_pulse_count_statistic, endurance_statistic,
                 past_endurance_statistic, rounds_left_statistic, least_rounds_left_statistic, cell_age_statistic});
  describe(json, "baselines.gpu.", std::array{at_peak_statistic});
  return json;
}

}  // namespace

std::string json_report(const RunReport& report) {
  Json json = report_head(run_schema);
  json["architecture"] = report.architecture;
  json["energy_table"] = report.energy_table;
  json["resistive_memory"] = report.resistive_memory;
  json["retention"] = report.retention;
  json["gpu"] = report.gpu;
  json["trace"] = report.trace;
  json["task"] = statistics_of(report.task).task;
  json["seed"] = report.seed;
  json[std::string(age_statistic.name)] = report.age_seconds;
  json["clock_period_ps"] = report.clock_period_ps;
  json["tiles"] = report.tiles;
  json["phases"] = Json::array();
  for (const PhaseReport& phase : report.phases) {
    Json entry = Json::object();
    entry["name"] = phase.name;
    entry.update(machine_json(phase.hybrid, report));
    if (report.selection.rm_rewrite) entry["baselines"]["rm_rewrite"] = machine_json(phase.rm_rewrite, report);
    if (report.selection.gpu) {
      Json gpu = machine_json(phase.gpu, report);
      if (report.selection.stages.inference)
        gpu[std::string(at_peak_statistic.name)] = phase.gpu_inference_at_peak_joule;
      entry["baselines"]["gpu"] = gpu;
    }
    json["phases"].push_back(entry);
  }
  return report_text(std::move(json), report.provenance, run_descriptions(report.task));
}

}  // namespace palimpsest
