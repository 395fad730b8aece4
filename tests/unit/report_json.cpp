#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "sim/report/json_report.hpp"

using namespace palimpsest;
using nlohmann::json;

namespace {

using Keys = std::set<std::string>;

StageFigures stage(double base, std::uint64_t number) {
  StageFigures figures;
  std::vector<NamedEnergy> energies;
  for (std::size_t i = 0; i < component_count; ++i) {
    energies.push_back({component_descriptions()[i].name, base / static_cast<double>(i * i + 3)});
  }
  set_energy(figures, std::move(energies));
  figures.cycles = number;
  figures.seconds = 1e-8 * static_cast<double>(number);
  figures.conversions = {number + 18, number + 25, number + 19, number + 20};
  figures.memory_wait_cycles = number + 24;
  figures.dissipated = {base / 40.0, base / 50.0, base / 60.0};
  figures.writes = {number + 1, number + 23, number + 2, number + 3, number + 4, number + 5, number + 22, number + 6};
  return figures;
}

PhaseFigures machine(double base, std::uint64_t number) {
  PhaseFigures figures;
  figures.training = stage(1.0 * base, number + 100);
  figures.deployment = stage(0.3 * base, number + 200);
  figures.inference = stage(0.01 * base, number + 300);
  figures.updates = number + 7;
  figures.training_runs.push_back({"",
                                   number + 30,
                                   4,
                                   {base, number + 31, 0.5},
                                   {2.0 * base, number + 32, 0.25},
                                   {4.0 * base, number + 33, 0.125}});
  figures.training_runs.push_back({"forget",
                                   number + 40,
                                   2,
                                   {8.0 * base, number + 41, 1.5},
                                   {16.0 * base, number + 42, 1.25},
                                   {32.0 * base, number + 43, 1.125}});
  figures.array_updates = {64.0 * base, number + 50, 2.5};
  figures.samples = number + 8;
  figures.outcome = {{0.9, 0.95, 0.1, std::nullopt, 0.8}, {}, {0.25, 0.35}};
  figures.float_outcome = {{0.91, 0.96, 0.11, std::nullopt, 0.81}, {}, {}};
  figures.outcome.by_class = {{2, 0.625}, {11, std::nullopt}};
  figures.float_outcome.by_class = {{2, 0.75}, {11, std::nullopt}};
  figures.activity = {{1e-9, 5e-10, number + 15, number + 16, number + 12}, number + 13, number + 14, 0, 0, {}};
  figures.wear = {number + 21, number + 9, 7.5, 0.125, number + 10, std::nullopt, std::nullopt, 86'400.0};
  figures.activity.inputs = {{"b", {8, 2, true, true}}, {"w", {5, 5, false, false}}};
  if (number < 1500) {
    figures.wear.rounds_left = number + 17;
    figures.wear.least_rounds_left = number + 11;
  }
  return figures;
}

PhaseFigures gpu(double base) {
  PhaseFigures figures = machine(base, 3000);
  for (StageFigures* one : {&figures.training, &figures.deployment, &figures.inference}) {
    set_energy(*one, {{"gpu_busy", 3.0 * base}, {"gpu_launch", 0.1 * base}});
  }
  return figures;
}

RunReport report() {
  RunReport made;
  made.architecture = "chip";
  made.resistive_memory = "cell";
  made.retention = "ageing";
  made.trace = "net";
  made.seed = 18'446'744'073'709'551'615U;
  made.age_seconds = 0.1;
  made.clock_period_ps = 10'000;
  made.tiles = 17;
  made.phases.push_back({"learn", machine(1e-6, 1000), machine(3e-6, 2000), gpu(1e-3), 2.5e-6});
  made.phases.push_back({"unlearn", machine(5e-6, 1500), machine(7e-6, 2500), gpu(1e-2), 3.5e-6});
  return made;
}

Keys keys(const json& object) {
  Keys found;
  for (const auto& item : object.items()) found.insert(item.key());
  return found;
}

Keys component_names() {
  Keys names;
  for (const ComponentDescription& component : component_descriptions()) names.emplace(component.name);
  return names;
}

/// The stages and wear of one machine, wherever it stands.
void check_machine_keys(const json& machine, const Keys& components) {
  CHECK(keys(machine.at("stages")) == Keys{"training", "deployment", "inference"});
  const Keys stage_keys = {"energy_j",   "active_energy_j", "cycles", "seconds",      "memory_wait_cycles",
                           "components", "conversions",     "writes", "dissipated_j", "sram",
                           "off_chip"};
  Keys training_keys = stage_keys;
  const Keys work_keys = {"steps", "sample_passes", "energy_per_step_j", "energy_per_sample_pass_j",
                          "seconds_per_sample_pass"};
  training_keys.insert(work_keys.begin(), work_keys.end());
  training_keys.insert({"updates", "parts", "runs"});
  const Keys part_keys = {"energy_j", "cycles", "seconds", "energy_per_sample_pass_j"};
  const json& training = machine.at("stages").at("training");
  CHECK(keys(training.at("parts")) == Keys{"forward", "backward", "update", "arrays"});
  for (const json& part : training.at("parts")) CHECK(keys(part) == part_keys);
  Keys run_keys = {"trains", "adapter", "batch_size", "energy_j", "cycles", "seconds", "parts"};
  run_keys.insert(work_keys.begin(), work_keys.end());
  for (const json& run : training.at("runs")) {
    CHECK(keys(run) == run_keys);
    CHECK(keys(run.at("parts")) == Keys{"forward", "backward", "update"});
    for (const json& part : run.at("parts")) CHECK(keys(part) == part_keys);
  }
  Keys inference_keys = stage_keys;
  inference_keys.insert({"samples", "energy_per_sample_j", "seconds_per_sample", "latency_seconds", "accuracy",
                         "float_accuracy", "output_deviation", "saturated", "active_inputs"});
  CHECK(keys(machine.at("stages").at("training")) == training_keys);
  CHECK(keys(machine.at("stages").at("deployment")) == stage_keys);
  CHECK(keys(machine.at("stages").at("inference")) == inference_keys);
  for (const json& one : machine.at("stages")) {
    CHECK(keys(one.at("components")) == components);
    CHECK(keys(one.at("writes")) == Keys{"rm_cells", "rm_forming_pulses", "rm_set_pulses", "rm_reset_pulses",
                                         "rm_verify_reads", "rm_failed_cells", "rm_clipped_weights", "sram_words"});
    CHECK(keys(one.at("sram")) == Keys{"read_words", "written_words"});
    CHECK(keys(one.at("off_chip")) == Keys{"loaded_words", "stored_words"});
  }
  const Keys accuracy = {"all", "retain", "forget", "new", "forget_without_adapter", "by_class"};
  CHECK(keys(machine.at("stages").at("inference").at("accuracy")) == accuracy);
  CHECK(keys(machine.at("stages").at("inference").at("float_accuracy")) == accuracy);
  CHECK(keys(machine.at("stages").at("inference").at("saturated")) ==
        Keys{"dac", "tia", "adc", "lora_unit", "storage"});
  CHECK(keys(machine.at("wear")) == Keys{"cells", "largest_pulse_count", "mean_pulse_count", "endurance_share",
                                         "cells_past_endurance", "rounds_left", "least_rounds_left",
                                         "mean_age_seconds"});
}

void check_stage(const json& stage, const StageFigures& figures) {
  CHECK(stage.at("energy_j").get<double>() == figures.energy_joule);
  CHECK(stage.at("active_energy_j").get<double>() == active_energy_joule(figures));
  CHECK(stage.at("cycles").get<std::uint64_t>() == figures.cycles);
  CHECK(stage.at("seconds").get<double>() == figures.seconds);
  CHECK(stage.at("memory_wait_cycles").get<std::uint64_t>() == figures.memory_wait_cycles);
  CHECK(stage.at("dissipated_j").at("crossbar").get<double>() == figures.dissipated.crossbar);
  for (const NamedEnergy& energy : figures.components) {
    CHECK(stage.at("components").at(std::string(energy.component)).get<double>() == energy.joule);
  }
  CHECK(stage.at("conversions").at("dac_updates").get<std::uint64_t>() == figures.conversions.dac_updates);
  CHECK(stage.at("conversions").at("spike_updates").get<std::uint64_t>() == figures.conversions.spike_updates);
  CHECK(stage.at("conversions").at("adc_conversions").get<std::uint64_t>() == figures.conversions.adc_conversions);
  CHECK(stage.at("conversions").at("shift_adds").get<std::uint64_t>() == figures.conversions.shift_adds);
  CHECK(stage.at("writes").at("rm_cells").get<std::uint64_t>() == figures.writes.rm_cells);
  CHECK(stage.at("writes").at("rm_set_pulses").get<std::uint64_t>() == figures.writes.rm_set_pulses);
  CHECK(stage.at("writes").at("rm_reset_pulses").get<std::uint64_t>() == figures.writes.rm_reset_pulses);
  CHECK(stage.at("writes").at("rm_verify_reads").get<std::uint64_t>() == figures.writes.rm_verify_reads);
  CHECK(stage.at("writes").at("rm_failed_cells").get<std::uint64_t>() == figures.writes.rm_failed_cells);
  CHECK(stage.at("writes").at("rm_clipped_weights").get<std::uint64_t>() == figures.writes.rm_clipped_weights);
  CHECK(stage.at("writes").at("rm_forming_pulses").get<std::uint64_t>() == figures.writes.rm_forming_pulses);
  CHECK(stage.at("dissipated_j").at("rm_write").get<double>() == figures.dissipated.rm_write);
  CHECK(stage.at("dissipated_j").at("rm_verify").get<double>() == figures.dissipated.rm_verify);
  CHECK(stage.at("sram").at("read_words").get<std::uint64_t>() == figures.sram.read_words);
  CHECK(stage.at("sram").at("written_words").get<std::uint64_t>() == figures.sram.written_words);
  CHECK(stage.at("off_chip").at("loaded_words").get<std::uint64_t>() == figures.off_chip.loaded_words);
  CHECK(stage.at("off_chip").at("stored_words").get<std::uint64_t>() == figures.off_chip.stored_words);
  CHECK(stage.at("writes").at("sram_words").get<std::uint64_t>() == figures.writes.sram_words);
}

void check_part(const json& json, const TrainingPart& part) {
  CHECK(json.at("energy_j").get<double>() == part.energy_joule);
  CHECK(json.at("cycles").get<std::uint64_t>() == part.cycles);
  CHECK(json.at("seconds").get<double>() == part.seconds);
}

void check_training(const json& training, const PhaseFigures& figures) {
  const std::uint64_t steps = figures.training_runs[0].steps + figures.training_runs[1].steps;
  const std::uint64_t passes = 4 * figures.training_runs[0].steps + 2 * figures.training_runs[1].steps;
  CHECK(training.at("updates").get<std::uint64_t>() == figures.updates);
  CHECK(training.at("steps").get<std::uint64_t>() == steps);
  CHECK(training.at("sample_passes").get<std::uint64_t>() == passes);
  CHECK(training.at("energy_per_step_j").get<double>() ==
        Approx(figures.training.energy_joule / static_cast<double>(steps)));
  CHECK(training.at("energy_per_sample_pass_j").get<double>() ==
        Approx(figures.training.energy_joule / static_cast<double>(passes)));
  CHECK(training.at("seconds_per_sample_pass").get<double>() ==
        Approx(figures.training.seconds / static_cast<double>(passes)));
  check_part(training.at("parts").at("arrays"), figures.array_updates);
  CHECK(training.at("parts").at("backward").at("cycles").get<std::uint64_t>() ==
        figures.training_runs[0].backward.cycles + figures.training_runs[1].backward.cycles);
  REQUIRE(training.at("runs").size() == 2);
  const json& run = training.at("runs").at(1);
  CHECK(training.at("runs").at(0).at("trains") == "backbone");
  CHECK(training.at("runs").at(0).at("adapter").is_null());
  CHECK(run.at("trains") == "adapter");
  CHECK(run.at("adapter") == "forget");
  CHECK(run.at("batch_size") == 2);
  CHECK(run.at("steps").get<std::uint64_t>() == figures.training_runs[1].steps);
  CHECK(run.at("sample_passes").get<std::uint64_t>() == 2 * figures.training_runs[1].steps);
  check_part(run, figures.training_runs[1].whole());
  CHECK(run.at("energy_per_step_j").get<double>() ==
        Approx(run.at("energy_j").get<double>() / run.at("steps").get<double>()));
  CHECK(run.at("energy_per_sample_pass_j").get<double>() ==
        Approx(run.at("energy_j").get<double>() / run.at("sample_passes").get<double>()));
  check_part(run.at("parts").at("forward"), figures.training_runs[1].forward);
  CHECK(run.at("parts").at("forward").at("energy_per_sample_pass_j").get<double>() ==
        Approx(figures.training_runs[1].forward.energy_joule / run.at("sample_passes").get<double>()));
  check_part(run.at("parts").at("backward"), figures.training_runs[1].backward);
  check_part(run.at("parts").at("update"), figures.training_runs[1].update);
}

void check_wear(const json& json, const Wear& wear) {
  CHECK(json.at("cells").get<std::uint64_t>() == wear.cells);
  CHECK(json.at("largest_pulse_count").get<std::uint64_t>() == wear.largest_pulse_count);
  CHECK(json.at("mean_pulse_count").get<double>() == wear.mean_pulse_count);
  CHECK(json.at("endurance_share").get<double>() == wear.endurance_share);
  CHECK(json.at("cells_past_endurance").get<std::uint64_t>() == wear.cells_past_endurance);
  CHECK(json.at("rounds_left").is_null() == !wear.rounds_left.has_value());
  if (wear.rounds_left) CHECK(json.at("rounds_left").get<std::uint64_t>() == *wear.rounds_left);
  CHECK(json.at("least_rounds_left").is_null() == !wear.least_rounds_left.has_value());
  if (wear.least_rounds_left) CHECK(json.at("least_rounds_left").get<std::uint64_t>() == *wear.least_rounds_left);
  CHECK(json.at("mean_age_seconds").get<double>() == wear.mean_age_seconds);
}

void check_machine(const json& machine, const PhaseFigures& figures) {
  check_stage(machine.at("stages").at("training"), figures.training);
  check_stage(machine.at("stages").at("deployment"), figures.deployment);
  check_stage(machine.at("stages").at("inference"), figures.inference);
  check_training(machine.at("stages").at("training"), figures);
  const json& inference = machine.at("stages").at("inference");
  CHECK(inference.at("samples").get<std::uint64_t>() == figures.samples);
  CHECK(inference.at("saturated").at("dac").get<std::uint64_t>() == figures.activity.saturated_dac);
  CHECK(inference.at("saturated").at("tia").get<std::uint64_t>() == figures.activity.saturated_tia);
  CHECK(inference.at("saturated").at("adc").get<std::uint64_t>() == figures.activity.saturated_adc);
  CHECK(inference.at("saturated").at("lora_unit").get<std::uint64_t>() == figures.activity.saturated_lora);
  CHECK(inference.at("saturated").at("storage").get<std::uint64_t>() == figures.activity.saturated_storage);
  check_wear(machine.at("wear"), figures.wear);
}

/// Whether the statistics describe `name` with unit and meaning.
bool described(const json& statistics, const std::string& name) {
  return statistics.contains(name) && keys(statistics.at(name)) == Keys{"unit", "meaning"} &&
         !statistics.at(name).at("unit").get<std::string>().empty() &&
         !statistics.at(name).at("meaning").get<std::string>().empty();
}

}  // namespace

TEST_CASE("The report's head has the keys that its readers rely on") {
  const json parsed = json::parse(json_report(report()));
  CHECK(keys(parsed) == Keys{"schema", "version", "architecture", "energy_table", "resistive_memory", "retention",
                             "gpu", "trace", "task", "seed", "age_seconds", "clock_period_ps", "tiles", "phases",
                             "provenance", "statistics"});
  CHECK(parsed.at("schema") == "palimpsest.report");
  CHECK(parsed.at("version") == 4);
  CHECK(parsed.at("architecture") == "chip");
  CHECK(parsed.at("resistive_memory") == "cell");
  CHECK(parsed.at("retention") == "ageing");
  CHECK(parsed.at("trace") == "net");
  CHECK(parsed.at("seed").get<std::uint64_t>() == 18'446'744'073'709'551'615U);
  CHECK(parsed.at("age_seconds").get<double>() == 0.1);
  CHECK(parsed.at("clock_period_ps") == 10'000);
  CHECK(parsed.at("tiles") == 17);
}

TEST_CASE("Every phase of the report has the keys that its readers rely on") {
  const json parsed = json::parse(json_report(report()));
  REQUIRE(parsed.at("phases").size() == 2);
  for (const json& phase : parsed.at("phases")) {
    CHECK(keys(phase) == Keys{"name", "stages", "wear", "baselines"});
    check_machine_keys(phase, component_names());
  }
}

TEST_CASE("Both baselines of the report have the fields of the phase") {
  const json parsed = json::parse(json_report(report()));
  for (const json& phase : parsed.at("phases")) {
    CHECK(keys(phase.at("baselines")) == Keys{"rm_rewrite", "gpu"});
    CHECK(keys(phase.at("baselines").at("rm_rewrite")) == Keys{"stages", "wear"});
    check_machine_keys(phase.at("baselines").at("rm_rewrite"), component_names());
    CHECK(keys(phase.at("baselines").at("gpu")) == Keys{"stages", "wear", "inference_energy_at_peak_j"});
    check_machine_keys(phase.at("baselines").at("gpu"), {"gpu_busy", "gpu_launch"});
  }
}

TEST_CASE("Every figure of the report stands at its key") {
  const RunReport made = report();
  const json parsed = json::parse(json_report(made));
  for (std::size_t i = 0; i < made.phases.size(); ++i) {
    const json& phase = parsed.at("phases").at(i);
    CHECK(phase.at("name") == made.phases[i].name);
    check_machine(phase, made.phases[i].hybrid);
    check_machine(phase.at("baselines").at("rm_rewrite"), made.phases[i].rm_rewrite);
    check_machine(phase.at("baselines").at("gpu"), made.phases[i].gpu);
    CHECK(phase.at("baselines").at("gpu").at("inference_energy_at_peak_j").get<double>() ==
          made.phases[i].gpu_inference_at_peak_joule);
  }
}

TEST_CASE("A reader of the report can add its components up to the energy exactly") {
  const json parsed = json::parse(json_report(report()));
  for (const json& phase : parsed.at("phases")) {
    for (const json* machine : {&phase, &phase.at("baselines").at("rm_rewrite"), &phase.at("baselines").at("gpu")}) {
      for (const json& one : machine->at("stages")) {
        double sum = 0.0;
        for (const json& joule : one.at("components")) sum += joule.get<double>();
        CHECK(sum == one.at("energy_j").get<double>());
      }
    }
  }
}

TEST_CASE("Without training there is no energy of a step or a pass") {
  RunReport made = report();
  made.phases[0].hybrid.training_runs.clear();
  const json text = json::parse(json_report(made));
  const json& training = text.at("phases").at(0).at("stages").at("training");
  CHECK(training.at("steps") == 0);
  CHECK(training.at("energy_per_step_j").is_null());
  CHECK(training.at("energy_per_sample_pass_j").is_null());
  CHECK(training.at("parts").at("arrays").at("energy_per_sample_pass_j").is_null());
  CHECK(training.at("runs").empty());
}

TEST_CASE("A share that a phase does not have is null") {
  const json parsed = json::parse(json_report(report()));
  const json& inference = parsed.at("phases").at(0).at("stages").at("inference");
  CHECK(inference.at("accuracy") == json{{"all", 0.9},
                                         {"retain", 0.95},
                                         {"forget", 0.1},
                                         {"new", nullptr},
                                         {"forget_without_adapter", 0.8},
                                         {"by_class", {{"2", 0.625}, {"11", nullptr}}}});
  CHECK(inference.at("float_accuracy") == json{{"all", 0.91},
                                               {"retain", 0.96},
                                               {"forget", 0.11},
                                               {"new", nullptr},
                                               {"forget_without_adapter", 0.81},
                                               {"by_class", {{"2", 0.75}, {"11", nullptr}}}});
  CHECK(inference.at("output_deviation") == json{{"root_mean_square", 0.25}, {"largest", 0.35}});
  CHECK(inference.at("active_inputs") == json{{"b", 0.25}, {"w", 1.0}});
}

TEST_CASE("The report describes every statistic that it has, with unit and meaning") {
  const json parsed = json::parse(json_report(report()));
  const json& statistics = parsed.at("statistics");
  const json& phase = parsed.at("phases").at(0);
  for (const json* machine : {&phase, &phase.at("baselines").at("gpu")}) {
    for (const json& one : machine->at("stages")) {
      for (const auto& item : one.items()) {
        if (!item.value().is_structured()) CHECK(described(statistics, item.key()));
      }
      for (const std::string& name : keys(one.at("components"))) CHECK(described(statistics, "components." + name));
      for (const std::string& name : keys(one.at("writes"))) CHECK(described(statistics, "writes." + name));
      for (const std::string& name : keys(one.at("off_chip"))) CHECK(described(statistics, "off_chip." + name));
    }
    const json& training = machine->at("stages").at("training");
    for (const std::string& name : keys(training.at("parts"))) CHECK(described(statistics, "parts." + name));
    for (const auto& item : training.at("runs").at(1).items()) {
      if (!item.value().is_structured()) CHECK(described(statistics, item.key()));
    }
    const json& inference = machine->at("stages").at("inference");
    for (const std::string& name : keys(inference.at("accuracy"))) CHECK(described(statistics, "accuracy." + name));
    for (const std::string& name : keys(inference.at("saturated"))) CHECK(described(statistics, "saturated." + name));
    for (const std::string& name : keys(machine->at("wear"))) CHECK(described(statistics, "wear." + name));
  }
  CHECK(described(statistics, "active_inputs"));
  CHECK(described(statistics, "baselines.gpu.inference_energy_at_peak_j"));
}

TEST_CASE("The report is the same bytes for the same figures and ends in a newline") {
  const std::string text = json_report(report());
  CHECK(text == json_report(report()));
  CHECK(text.back() == '\n');
  RunReport other = report();
  other.phases[1].gpu.inference.cycles += 1;
  CHECK(text != json_report(other));
}

TEST_CASE("Names with quotes and backslashes come back from the report as they were") {
  RunReport made = report();
  made.trace = R"(a "quoted" \ name)";
  CHECK(json::parse(json_report(made)).at("trace") == made.trace);
}
