#include "sim/report/json_report.hpp"

#include "sim/report/json_parts.hpp"
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
  json["conversions"] = members(stage.conversions, conversion_statistics);
  json["writes"] = members(stage.writes, write_statistics);
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

Json machine_json(const PhaseFigures& figures) {
  Json training = stage_json(figures.training);
  training[std::string(updates_statistic.name)] = figures.updates;
  Json inference = stage_json(figures.inference);
  inference[std::string(samples_statistic.name)] = figures.samples;
  inference["accuracy"] = accuracy_json(figures.accuracy);
  inference["float_accuracy"] = accuracy_json(figures.float_accuracy);
  inference["saturated"] = members(figures.activity, saturation_statistics);
  Json json = Json::object();
  json["stages"] = {{"training", training}, {"deployment", stage_json(figures.deployment)}, {"inference", inference}};
  json["wear"] = wear_json(figures.wear);
  return json;
}

Json descriptions() {
  Json json = Json::object();
  describe(json, "",
           std::array{age_statistic, energy_statistic, active_energy_statistic, cycles_statistic, seconds_statistic,
                      memory_wait_statistic, updates_statistic, samples_statistic});
  for (const ComponentDescription& component : component_descriptions()) {
    json["components." + std::string(component.name)] = {{"unit", "J"}, {"meaning", component.meaning}};
  }
  json["components.gpu_busy"] = {{"unit", "J"}, {"meaning", "GPU computing or moving data, at board power"}};
  json["components.gpu_launch"] = {{"unit", "J"}, {"meaning", "GPU waiting for kernels to be launched, at idle power"}};
  describe(json, "conversions.", conversion_statistics);
  describe(json, "writes.", write_statistics);
  describe(json, "accuracy.", accuracy_statistics);
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
  Json json = Json::object();
  json["schema"] = "palimpsest.report";
  json["version"] = 1;
  json["architecture"] = report.architecture;
  json["energy_table"] = report.energy_table;
  json["gpu"] = report.gpu;
  json["trace"] = report.trace;
  json["seed"] = report.seed;
  json[std::string(age_statistic.name)] = report.age_seconds;
  json["clock_period_ps"] = report.clock_period_ps;
  json["tiles"] = report.tiles;
  json["phases"] = Json::array();
  for (const PhaseReport& phase : report.phases) {
    Json entry = Json::object();
    entry["name"] = phase.name;
    entry.update(machine_json(phase.hybrid));
    Json gpu = machine_json(phase.gpu);
    gpu[std::string(at_peak_statistic.name)] = phase.gpu_inference_at_peak_joule;
    entry["baselines"] = {{"rm_rewrite", machine_json(phase.rm_rewrite)}, {"gpu", gpu}};
    json["phases"].push_back(entry);
  }
  json["statistics"] = descriptions();
  return json.dump(2) + "\n";
}

}  // namespace palimpsest
