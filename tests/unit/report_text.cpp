#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "sim/report/outcome_statistics.hpp"
#include "sim/report/text_report.hpp"

using namespace palimpsest;

namespace {

StageFigures stage(double joule, double seconds, std::uint64_t cycles) {
  StageFigures figures;
  std::vector<NamedEnergy> energies;
  for (const ComponentDescription& component : component_descriptions()) energies.push_back({component.name, 0.0});
  energies[static_cast<std::size_t>(Component::adc)].joule = joule;
  set_energy(figures, std::move(energies));
  figures.seconds = seconds;
  figures.cycles = cycles;
  return figures;
}

PhaseFigures machine(double factor) {
  PhaseFigures figures;
  figures.training = stage(2e-3 * factor, 4e-3 * factor, 400'000);
  figures.deployment = stage(3e-6 * factor, 5e-6 * factor, 500);
  figures.inference = stage(4e-9 * factor, 6e-9 * factor, 1);
  figures.deployment.writes.rm_set_pulses = 1'234'567;
  figures.training_runs.push_back(
      {"", 250, 8, {1e-3 * factor, 100, 1e-6}, {6e-4 * factor, 200, 2e-6}, {4e-4 * factor, 300, 3e-6}});
  figures.outcome = {{0.9, 0.955, 0.101, std::nullopt, 0.8}, {}, {0.25, 0.35}};
  figures.float_outcome = {{0.91, 0.965, 0.111, std::nullopt, 0.81}, {}, {}};
  return figures;
}

RunReport report() {
  RunReport made;
  made.architecture = "chip";
  made.trace = "net";
  made.seed = 42;
  made.age_seconds = 2'592'000.0;
  made.clock_period_ps = 10'000;
  made.tiles = 17;
  made.phases.push_back({"learn", machine(1.0), machine(10.0), machine(2000.0), 8e-9});
  made.phases.back().hybrid.wear = {900, 600, 24.5, 0.01, 3, 199, 99, 86'400.0};
  made.phases.back().rm_rewrite.wear = {900, 1200, 49.25, 0.02, 0, std::nullopt, std::nullopt, 0.0};
  made.phases.push_back({"unlearn", machine(1.0), machine(20.0), machine(3000.0), 8e-9});
  // The hybrid took half the steps of the others in the first phase.
  made.phases.front().hybrid.training_runs.front().steps = 125;
  made.phases.front().hybrid.training_runs.front().adapter = "repair";
  made.phases.front().rm_rewrite.array_updates = {5e-4, 100, 1e-6};
  return made;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) result.push_back(line);
  return result;
}

/// The words of the first line of `text` that begins with these words.
std::vector<std::string> line_of(const std::string& text, const std::vector<std::string>& beginning) {
  for (const std::string& line : lines(text)) {
    std::istringstream stream(line);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    if (words.size() >= beginning.size() && std::equal(beginning.begin(), beginning.end(), words.begin())) return words;
  }
  return {};
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("The text report begins with what was run") {
  CHECK(lines(text_report(report())).front() ==
        "Palimpsest: net on chip, 17 tiles, clock period 10.0 ns, seed 42, age 30 d");
}

TEST_CASE("The text report has a section for every phase, in order") {
  const std::vector<std::string> text = lines(text_report(report()));
  const auto learn = std::find(text.begin(), text.end(), "Phase learn");
  const auto unlearn = std::find(text.begin(), text.end(), "Phase unlearn");
  REQUIRE(learn != text.end());
  REQUIRE(unlearn != text.end());
  CHECK(learn < unlearn);
}

TEST_CASE("Every machine has its energy, time, cycles and writes in every stage") {
  const std::string text = text_report(report());
  CHECK(line_of(text, {"training", "hybrid"}) == Words{"training", "hybrid", "2.00", "mJ", "2.00", "uJ",  "4.00",
                                                       "ms",       "4.00",   "us",   "-",  "400",  "000", "-",
                                                       "-",        "-",      "-",    "-",  "-",    "-",   "-"});
  CHECK(line_of(text, {"deployment", "hybrid"}) == Words{"deployment", "hybrid", "3.00", "uJ", "-", "5.00", "us",
                                                         "-",          "-",      "500",  "-",  "-", "1",    "234",
                                                         "567",        "-",      "-",    "-",  "-", "-"});
  CHECK(line_of(text, {"RM", "rewrite", "20.0"}) == Words{"RM", "rewrite", "20.0", "mJ", "10.0", "uJ",  "40.0",
                                                          "ms", "20.0",    "us",   "-",  "400",  "000", "-",
                                                          "-",  "-",       "-",    "-",  "-",    "-",   "-"});
  CHECK(line_of(text, {"GPU", "4.00"}) == Words{"GPU", "4.00", "J", "2.00", "mJ", "8.00", "s", "4.00", "ms", "-",
                                                "400", "000",  "-", "-",    "-",  "-",    "-", "-",    "-",  "-"});
}

TEST_CASE("A sample's energy and time stand beside the totals of the inference") {
  RunReport made = report();
  for (PhaseReport& phase : made.phases) {
    phase.hybrid.samples = 2;
    phase.hybrid.latency_seconds = 5e-9;
  }
  const std::string text = text_report(made);
  CHECK(line_of(text, {"inference", "hybrid"}) == Words{"inference", "hybrid", "4.00", "nJ",   "2.00", "nJ", "6.00",
                                                        "ns",        "3.00",   "ns",   "5.00", "ns",   "1",  "-",
                                                        "-",         "-",      "-",    "-",    "-",    "-",  "-"});
}

TEST_CASE("What was cut at a range is told of both chips") {
  RunReport made = report();
  made.phases.front().hybrid.activity.saturated_tia = 1234;
  made.phases.front().rm_rewrite.activity.saturated_storage = 7;
  const std::string text = text_report(made);
  const std::size_t table = text.find("cut at a range");
  REQUIRE(table != std::string::npos);
  CHECK(line_of(text.substr(table), {"hybrid"}) == Words{"hybrid", "0", "1", "234", "0", "0", "0"});
  CHECK(line_of(text.substr(table), {"RM"}) == Words{"RM", "rewrite", "0", "0", "0", "0", "7"});
  const std::string rows = text.substr(table, text.find("wear", table) - table);
  CHECK_THAT(rows, !Catch::Contains("GPU"));
}

TEST_CASE("Accuracies are percentages, and what a phase does not have is a dash") {
  const std::string text = text_report(report());
  CHECK(line_of(text, {"hybrid", "90.0"}) ==
        Words{"hybrid", "90.0", "%", "95.5", "%", "10.1", "%", "-", "80.0", "%", "25.0", "%", "35.0", "%", "0", "0"});
  CHECK(line_of(text, {"hybrid", "in", "float"}) ==
        Words{"hybrid", "in", "float", "91.0", "%", "96.5", "%", "11.1", "%", "-", "81.0", "%"});
}

TEST_CASE("Wear has a line for every machine") {
  const std::string text = text_report(report());
  CHECK(line_of(text, {"hybrid", "600"}) == Words{"hybrid", "600", "24.5", "1.0", "%", "3", "199", "99", "1", "d"});
  CHECK(line_of(text, {"RM", "rewrite", "1"}) ==
        Words{"RM", "rewrite", "1", "200", "49.3", "2.0", "%", "0", "unlimited", "unlimited", "0", "s"});
}

TEST_CASE("A machine that wears nothing has dashes for its wear") {
  CHECK(line_of(text_report(report()), {"GPU", "-"}) == Words{"GPU", "-", "-", "-", "-", "-", "-", "-"});
}

TEST_CASE("Every component of the hybrid has a line with its energy in the three stages") {
  const std::string text = text_report(report());
  for (const ComponentDescription& component : component_descriptions()) {
    const Words expected = component.name == "adc" ? Words{"adc", "2.00", "mJ", "3.00", "uJ", "4.00", "nJ"}
                                                   : Words{std::string(component.name), "-", "-", "-"};
    CHECK(line_of(text, {std::string(component.name)}) == expected);
  }
}

TEST_CASE("Baselines are compared as multiples of the hybrid, the GPU at its peak for inference alone") {
  const std::string text = text_report(report());
  CHECK(line_of(text, {"RM", "rewrite", "10.0x"}) ==
        Words{"RM", "rewrite", "10.0x", "5.00x", "10.0x", "5.00x", "10.0x", "10.0x", "10.0x", "10.0x"});
  CHECK(line_of(text, {"GPU", "2"}) == Words{"GPU", "2", "000x", "1", "000x", "2", "000x", "1", "000x", "2", "000x",
                                             "2", "000x", "2", "000x", "2", "000x"});
  CHECK(line_of(text, {"GPU", "at", "peak,"}) == Words{"GPU", "at", "peak,", "no", "launches", "2.00x"});
}

TEST_CASE("The rewrite baseline is compared without leakage and static power too") {
  RunReport made = report();
  for (PhaseReport& phase : made.phases) {
    std::vector<NamedEnergy> components = phase.rm_rewrite.deployment.components;
    components[static_cast<std::size_t>(Component::leakage)].joule = 30e-6;
    components[static_cast<std::size_t>(Component::static_power)].joule = 60e-6;
    set_energy(phase.rm_rewrite.deployment, std::move(components));
  }
  const std::string text = text_report(made);
  CHECK(line_of(text, {"RM", "rewrite", "10.0x"}) ==
        Words{"RM", "rewrite", "10.0x", "5.00x", "10.0x", "5.00x", "40.0x", "10.0x", "10.0x", "10.0x"});
  CHECK(line_of(text, {"RM", "rewrite,", "no", "leakage"}) ==
        Words{"RM", "rewrite,", "no", "leakage", "10.0x", "5.00x", "10.0x", "10.0x"});
}

TEST_CASE("Every training run has a line with its work, its energy at equal work, and its parts per sample pass") {
  const std::string text = text_report(report());
  CHECK(line_of(text, {"hybrid", "adapter"}) == Words{"hybrid", "adapter", "repair", "125", "8", "1", "000", "2.00",
                                                      "mJ", "16.0", "uJ", "2.00", "uJ", "1.00", "uJ", "600", "nJ",
                                                      "400", "nJ"});
  CHECK(line_of(text, {"RM", "rewrite", "backbone"}) == Words{"RM", "rewrite", "backbone", "250", "8", "2", "000",
                                                              "20.0", "mJ", "80.0", "uJ", "10.0", "uJ", "5.00", "uJ",
                                                              "3.00", "uJ", "2.00", "uJ"});
  CHECK(line_of(text, {"RM", "rewrite", "arrays"}) ==
        Words{"RM", "rewrite", "arrays", "-", "-", "-", "500", "uJ", "2.00", "uJ", "250", "nJ", "-", "-", "-"});
  CHECK(line_of(text, {"hybrid", "arrays"}).empty());
}

TEST_CASE("The text report has a column for every write statistic and accuracy") {
  const std::string text = text_report(report());
  for (const auto& statistic : write_statistics) {
    CHECK_THAT(text, Catch::Matchers::Contains("  " + std::string(statistic.title)));
  }
  for (const auto& statistic : accuracy_statistics) {
    CHECK_THAT(text, Catch::Matchers::Contains("  " + std::string(statistic.title)));
  }
}

TEST_CASE("What went through the off-chip memory is told where something did") {
  RunReport spilled = report();
  CHECK_THAT(text_report(spilled), !Catch::Matchers::Contains("off-chip"));
  spilled.phases.front().rm_rewrite.training.off_chip = {1'234'567, 0};
  spilled.phases.back().hybrid.inference.off_chip = {12, 345};
  const std::string text = text_report(spilled);
  CHECK_THAT(text, Catch::Matchers::Contains("\ndoes not fit the SRAM buffer: training of RM rewrite, off-chip memory "
                                             "loaded 1 234 567 words, stored 0 words\n"));
  CHECK_THAT(text, Catch::Matchers::Contains("\ndoes not fit the SRAM buffer: inference of hybrid, off-chip memory "
                                             "loaded 12 words, stored 345 words\n"));
}

TEST_CASE("Active inputs are told of weights that read spikes, and of those with gated lines") {
  RunReport made = report();
  PhaseReport& phase = made.phases.front();
  phase.hybrid.activity.inputs = {{"codes", {8, 2, false, false}}};
  phase.rm_rewrite.activity.inputs = phase.hybrid.activity.inputs;
  CHECK_THAT(text_report(made), !Catch::Contains("active inputs"));
  const std::map<std::string, ProductInputs> spiking{{"gated", {8, 2, false, true}}, {"spikes", {8, 1, true, false}}};
  phase.hybrid.activity.inputs.insert(spiking.begin(), spiking.end());
  phase.rm_rewrite.activity.inputs = phase.hybrid.activity.inputs;
  phase.rm_rewrite.activity.inputs["spikes"].active = 4;
  const std::string text = text_report(made);
  CHECK_THAT(text, Catch::Contains("\n  active inputs  hybrid  RM rewrite\n"
                                   "  gated          25.0 %      25.0 %\n"
                                   "  spikes         12.5 %      50.0 %\n"));
  CHECK_THAT(text, !Catch::Contains("  codes "));
}

TEST_CASE("No line of the text report ends in a blank") {
  for (const std::string& line : lines(text_report(report()))) CHECK((line.empty() || line.back() != ' '));
}

TEST_CASE("A machine that does nothing in a stage has no row there, and no multiple of the hybrid") {
  RunReport made = report();
  for (PhaseReport& phase : made.phases) {
    phase.gpu.deployment = stage(0.0, 0.0, 0);
    for (PhaseFigures PhaseReport::*figures : {&PhaseReport::hybrid, &PhaseReport::rm_rewrite, &PhaseReport::gpu}) {
      (phase.*figures).training = stage(0.0, 0.0, 0);
      (phase.*figures).training_runs.clear();
      (phase.*figures).array_updates = {};
    }
  }
  const std::string text = text_report(made);
  CHECK(line_of(text, {"training"}).empty());
  CHECK(line_of(text, {"deployment", "hybrid"}).size() > 2);
  CHECK(line_of(text, {"inference", "hybrid"}).size() > 2);
  CHECK_THAT(text, !Catch::Contains(" 0 J") && !Catch::Contains(" 0x"));
  CHECK(line_of(text, {"GPU", "-", "-", "-", "-", "-", "-", "2"}) ==
        Words{"GPU", "-", "-", "-", "-", "-", "-", "2", "000x", "2", "000x"});
  // A stage begins with its name, whichever machine is its first.
  made.phases.front().hybrid.deployment = stage(0.0, 0.0, 0);
  CHECK(line_of(text_report(made), {"deployment", "RM"}).size() > 2);
}

TEST_CASE("A phase in which nothing is trained has no table of training runs") {
  RunReport made = report();
  CHECK_THAT(text_report(made), Catch::Contains("training runs"));
  for (PhaseReport& phase : made.phases) {
    for (PhaseFigures* figures : {&phase.hybrid, &phase.rm_rewrite, &phase.gpu}) {
      figures->training_runs.clear();
      figures->array_updates = {};
    }
  }
  CHECK_THAT(text_report(made), !Catch::Contains("training runs"));
}
